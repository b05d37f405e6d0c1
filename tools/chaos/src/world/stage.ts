import { Cache, createLogger, ignoreNotFound, leases } from '@kaito/kube';
import type { ObjectKey, Resource } from '@kaito/kube';
import { startLocalStack } from '@kaito/local-stack';
import type { LocalStack, LocalStackOptions } from '@kaito/local-stack';
import { eventually } from '@kaito/testing';
import { Hooks } from '../proxy/hooks.ts';
import type { Proxy, ProxyHook } from '../proxy/proxy.ts';
import type { Logs } from '../target.ts';
import { startReplica } from './replica.ts';
import type { AppUnderAttack, Replica } from './replica.ts';

export interface StageOptions {
  readonly stack: LocalStackOptions;
  /** Which controller is attacked. */
  readonly app: AppUnderAttack;
  /** The Lease for which its replicas elect a leader. */
  readonly lease: ObjectKey;
  /** What is to be watched. */
  readonly kinds: readonly Resource[];
}

/** A Lease is respected for 15 s (controller-runtime's default). */
const TAKEOVER_WITHIN_MS = 40_000;
const REPLICAS = 2;

interface Parts {
  readonly stack: LocalStack;
  readonly replicas: readonly Replica[];
  readonly proxies: readonly Proxy[];
  readonly hooks: Hooks;
  readonly options: StageOptions;
}

/** A stack, watches on it, and the replicas of a controller behind proxies; these do not run yet. */
export class Stage {
  readonly stack: LocalStack;
  readonly cache: Cache;
  readonly replicas: readonly Replica[];
  readonly #parts: Parts;
  readonly #watching = new AbortController();
  readonly #watched: Promise<void>;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.stack = parts.stack;
    this.replicas = parts.replicas;
    this.cache = new Cache({ client: parts.stack.client, logger: createLogger({ level: 'error', name: 'chaos' }) });
    for (const kind of parts.options.kinds) this.cache.informer(kind);
    this.#watched = this.cache.start(this.#watching.signal);
  }

  /** Starts it all. @throws with the log of what failed; nothing is left running then. */
  static async start(options: StageOptions, signal: AbortSignal): Promise<Stage> {
    const stack = await startLocalStack({ ...options.stack, signal });
    const hooks = new Hooks();
    const proxies: Proxy[] = [];
    const replicas: Replica[] = [];
    try {
      while (replicas.length < REPLICAS) {
        const index = replicas.length;
        const started = await startReplica({ stack, app: options.app, index, hook: hooks.of(index) });
        proxies.push(...started.proxies);
        replicas.push(started.replica);
      }
      const stage = new Stage({ stack, replicas, proxies, hooks, options });
      await stage.cache.synced(signal);
      return stage;
    } catch (error) {
      await Promise.all(proxies.map(proxy => proxy.close()));
      await stack.stop();
      throw error;
    }
  }

  /** Forgets who led, and hands the proxies to a round. */
  async lead(hookFor: (replica: number) => ProxyHook, signal: AbortSignal): Promise<void> {
    await ignoreNotFound(this.stack.client.delete(leases, this.#parts.options.lease, { signal }));
    this.#parts.hooks.lead(hookFor);
  }

  /** Resolves when another replica holds the lease than now. */
  async nextLeader(signal: AbortSignal): Promise<void> {
    const { lease } = this.#parts.options;
    const holder = async (): Promise<string | undefined> =>
      (await this.stack.client.get(leases, lease, { signal })).spec?.holderIdentity;
    const now = await holder();
    await eventually(
      async () => {
        if ((await holder()) === now) throw new Error(`${now} still holds the lease`);
      },
      { describe: 'another replica leads', timeoutMs: TAKEOVER_WITHIN_MS, intervalMs: 200, signal },
    );
  }

  /** Everything that the controllers have written so far; all replicas of one write into the same log. */
  logs(): Logs {
    const { provisioner, workspace } = this.stack.apps;
    const processes = [provisioner, workspace, ...this.replicas.map(({ process }) => process)];
    return Object.fromEntries(processes.map(one => [one.name, one.logs()] as const).filter(([, log]) => log !== ''));
  }

  /** Kills the replicas and lets requests go through unharmed. */
  async silence(): Promise<void> {
    await Promise.all(this.replicas.map(({ process }) => process.kill()));
    this.#parts.hooks.lead(undefined);
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    this.#watching.abort();
    await this.#watched;
    await this.silence();
    await Promise.all(this.#parts.proxies.map(proxy => proxy.close()));
    await this.stack.stop();
  }
}
