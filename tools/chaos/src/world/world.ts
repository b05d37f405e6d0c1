import { machines, nodeClaims } from '@kaito/crds';
import type { NodeClaim } from '@kaito/crds';
import type { PoolState, Timings } from '@kaito/emulator';
import { Cache, createLogger, ignoreNotFound, leases, nodes } from '@kaito/kube';
import { startLocalStack } from '@kaito/local-stack';
import type { LocalStack } from '@kaito/local-stack';
import { aNodeClaim, eventually } from '@kaito/testing';
import type { Bystander } from '../books/books.ts';
import { Hooks } from '../proxy/hooks.ts';
import type { Proxy, ProxyHook } from '../proxy/proxy.ts';
import { startReplica } from './replica.ts';
import type { Replica } from './replica.ts';

/** As quick as the order of things allows. */
const TIMINGS: Partial<Timings> = {
  nodeRegisterMs: 50,
  operationMs: 150,
  gpuAppearMs: 0,
  deleteMs: 100,
  nodeRemoveMs: 50,
};

const LEASE = { namespace: 'kaito-system', name: 'gpu-provisioner-leader-election' };
/** A Lease is respected for 15 s (controller-runtime's default). */
const TAKEOVER_WITHIN_MS = 40_000;
const FOREIGN_POOL = 'userpool';
const FOREIGN_CLAIM = 'nap-claim';
const REPLICAS = 2;

interface Parts extends Pick<World, 'stack' | 'replicas'> {
  readonly proxies: readonly Proxy[];
  readonly hooks: Hooks;
}

/** Everything that rounds share: a control plane, an emulator with a pool of somebody else, proxies, and provisioners that do not run yet. */
export class World {
  readonly stack: LocalStack;
  readonly cache: Cache;
  readonly replicas: readonly Replica[];
  readonly foreignPools: readonly string[] = ['nodepool1', FOREIGN_POOL];
  readonly #proxies: readonly Proxy[];
  readonly #hooks: Hooks;
  readonly #watching = new AbortController();
  readonly #watched: Promise<void>;
  #bystanders: readonly Bystander[] = [];

  private constructor({ stack, replicas, proxies, hooks }: Parts) {
    this.stack = stack;
    this.replicas = replicas;
    this.#proxies = proxies;
    this.#hooks = hooks;
    this.cache = new Cache({ client: stack.client, logger: createLogger({ level: 'error', name: 'chaos' }) });
    this.cache.informer(machines);
    this.cache.informer(nodeClaims);
    this.cache.informer(nodes);
    this.#watched = this.cache.start(this.#watching.signal);
  }

  /** Starts it all. @throws with the log of what failed; nothing is left running then. */
  static async start(signal: AbortSignal): Promise<World> {
    const stack = await startLocalStack({
      components: { workspace: false, provisioner: false, scheduler: false },
      emulator: { timings: TIMINGS },
      signal,
    });
    const hooks = new Hooks();
    const proxies: Proxy[] = [];
    const replicas: Replica[] = [];
    try {
      while (replicas.length < REPLICAS) {
        const index = replicas.length;
        const started = await startReplica(stack, index, hooks.of(index));
        proxies.push(...started.proxies);
        replicas.push(started);
      }
    } catch (error) {
      await Promise.all(proxies.map(proxy => proxy.close()));
      await stack.stop();
      throw error;
    }
    const world = new World({ stack, replicas, proxies, hooks });
    try {
      await world.#furnish(signal);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** Brings everything that rounds change back to where a round starts, and hands the proxies to it. */
  async reset(hookFor: (replica: number) => ProxyHook, timings: Partial<Timings>, signal: AbortSignal): Promise<void> {
    const { emulator, client } = this.stack;
    await emulator.clearFaults({ signal });
    await emulator.configure({ timings: { ...TIMINGS, ...timings } }, { signal });
    await emulator.resetRequests({ signal });
    await ignoreNotFound(client.delete(leases, LEASE, { signal }));
    this.#hooks.lead(hookFor);
    this.#bystanders = await this.#look(signal);
  }

  /** What is none of the provisioner's business: as it was at the last `reset`, and as it is now. */
  async bystanders(signal: AbortSignal): Promise<readonly Bystander[]> {
    const now = await this.#look(signal);
    return this.#bystanders.map(({ what, before }, index) => ({ what, before, after: now[index]?.before }));
  }

  /** Resolves when another replica holds the lease than now. */
  async nextLeader(signal: AbortSignal): Promise<void> {
    const holder = async (): Promise<string | undefined> =>
      (await this.stack.client.get(leases, LEASE, { signal })).spec?.holderIdentity;
    const now = await holder();
    await eventually(
      async () => {
        if ((await holder()) === now) throw new Error(`${now} still holds the lease`);
      },
      { describe: 'another replica leads', timeoutMs: TAKEOVER_WITHIN_MS, intervalMs: 200, signal },
    );
  }

  /** Everything that the provisioners have written so far. */
  log(): string {
    return this.replicas.map(({ process }) => process.logs()).find(log => log !== '') ?? '';
  }

  /** Kills the provisioners and lets requests go through unharmed. */
  async silence(): Promise<void> {
    await Promise.all(this.replicas.map(({ process }) => process.kill()));
    this.#hooks.lead(undefined);
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    this.#watching.abort();
    await this.#watched;
    await this.silence();
    await Promise.all(this.#proxies.map(proxy => proxy.close()));
    await this.stack.stop();
  }

  async #furnish(signal: AbortSignal): Promise<void> {
    const { emulator, client } = this.stack;
    await this.cache.synced(signal);
    await emulator.seedPool(FOREIGN_POOL, { tags: { team: 'research' }, labels: { team: 'research' } }, { signal });
    await client.create(nodeClaims, foreignClaim(), { signal });
    await eventually(async () => {
      if ((await this.#foreignPool(signal))?.nodes.length !== 1)
        throw new Error(`the node of ${FOREIGN_POOL} is not there`);
    });
  }

  async #look(signal: AbortSignal): Promise<readonly Bystander[]> {
    const claim = await this.stack.client.get(nodeClaims, { name: FOREIGN_CLAIM }, { signal });
    const seen = [
      { what: `pool ${FOREIGN_POOL}`, before: await this.#foreignPool(signal) },
      { what: `NodeClaim ${FOREIGN_CLAIM} of another node class`, before: claim },
    ];
    return seen.map(one => ({ ...one, after: undefined }));
  }

  async #foreignPool(signal: AbortSignal): Promise<PoolState | undefined> {
    return (await this.stack.emulator.state({ signal })).pools.find(({ name }) => name === FOREIGN_POOL);
  }
}

function foreignClaim(): NodeClaim {
  const nodeClassRef = { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'default' };
  return aNodeClaim({ metadata: { name: FOREIGN_CLAIM }, spec: { nodeClassRef } });
}
