import { finalizers, machines, nodeClaims } from '@kaito/crds';
import type { Machine, NodeClaim } from '@kaito/crds';
import type { EmulatorClient, PoolState } from '@kaito/emulator';
import { nodes } from '@kaito/kube';
import type { Cache, Client, Clock, Informer, InformerEvent, Node } from '@kaito/kube';
import { seenClaim, seenNode, seenPool } from './books.ts';
import type { ClaimChange, PoolSample, Release, SeenClaim, SeenNode, SeenPool, Snapshot } from './books.ts';

export interface BookKeeperOptions {
  /** Shared by all rounds: one watch of each kind. */
  readonly cache: Cache;
  readonly client: Client;
  readonly emulator: EmulatorClient;
  readonly clock: Clock;
  /** Pools that are none of the round's. */
  readonly foreignPools: readonly string[];
}

type ClaimObject = Machine | NodeClaim;

/** Writes down what both sides tell while a round runs, and reads them afresh when asked. */
export class BookKeeper {
  readonly history: ClaimChange[] = [];
  readonly samples: PoolSample[] = [];
  readonly releases: Release[] = [];
  readonly #options: BookKeeperOptions;
  readonly #claims: readonly Informer<ClaimObject>[];
  readonly #nodes: Informer<Node>;
  readonly #stop: (() => void)[];
  /** Claims of earlier rounds, of others. */
  readonly #ours: ReadonlySet<string>;

  /** @param names of the claims that the round makes */
  constructor(options: BookKeeperOptions, names: readonly string[]) {
    this.#options = options;
    this.#ours = new Set(names);
    this.#claims = [options.cache.informer(machines), options.cache.informer(nodeClaims)];
    this.#nodes = options.cache.informer(nodes);
    this.#stop = this.#claims.map(informer => informer.onEvent(event => this.#note(event)));
  }

  /** The claims of the round as the watch shows them. */
  claims(): readonly SeenClaim[] {
    return this.#claims.flatMap(informer =>
      informer
        .list()
        .filter(object => this.#isOurs(object))
        .map(seenClaim),
    );
  }

  /** The nodes of the round as the watch shows them. */
  nodes(): readonly SeenNode[] {
    return this.#nodes
      .list()
      .map(seenNode)
      .filter(node => this.#isOfRound(node));
  }

  /** The pools of the round at the last look. */
  pools(): readonly SeenPool[] {
    return this.samples.at(-1)?.pools ?? [];
  }

  /** Looks at the pools and writes down what is there. */
  async sample(signal: AbortSignal): Promise<PoolSample> {
    const at = this.#options.clock.monotonic();
    const { pools } = await this.#options.emulator.state({ signal });
    const sample = { at, pools: pools.filter(pool => this.#isPoolOfRound(pool)).map(seenPool) };
    this.samples.push(sample);
    return sample;
  }

  /** Looks at the pools while the release of that claim waits. */
  async witness(claim: string, signal: AbortSignal): Promise<void> {
    const { pools } = await this.sample(signal);
    this.releases.push({ claim, pools });
  }

  /** Reads everything afresh from both servers. */
  async snapshot(signal: AbortSignal): Promise<Snapshot> {
    const { client, clock } = this.#options;
    const at = clock.monotonic();
    const [sample, nodeList, ...claimLists] = await Promise.all([
      this.sample(signal),
      client.list(nodes, { signal }),
      client.list(machines, { signal }),
      client.list(nodeClaims, { signal }),
    ]);
    const objects: readonly ClaimObject[] = claimLists.flatMap<ClaimObject>(({ items }) => items);
    return {
      at,
      claims: objects.filter(object => this.#isOurs(object)).map(seenClaim),
      nodes: nodeList.items.map(seenNode).filter(node => this.#isOfRound(node)),
      pools: sample.pools,
    };
  }

  /** Writes nothing more down about claims. */
  close(): void {
    for (const stop of this.#stop) stop();
  }

  #note({ type, object }: InformerEvent<ClaimObject>): void {
    if (!this.#isOurs(object)) return;
    const { name, uid = '', deletionTimestamp, finalizers: held = [] } = object.metadata;
    this.history.push({
      at: this.#options.clock.monotonic(),
      type,
      name,
      uid,
      held: held.includes(finalizers.termination),
      leaving: deletionTimestamp !== undefined,
    });
  }

  #isOurs({ metadata }: ClaimObject): boolean {
    return this.#ours.has(metadata.name);
  }

  #isOfRound({ pool }: SeenNode): boolean {
    return pool !== undefined && !this.#options.foreignPools.includes(pool);
  }

  #isPoolOfRound({ name, mode }: PoolState): boolean {
    return mode !== 'System' && !this.#options.foreignPools.includes(name);
  }
}
