import { isAzureError } from '@kaito/azure';
import type { AgentPool, AgentPools } from '@kaito/azure';
import type { Clock, Logger, Runnable } from '@kaito/kube';
import { describeOutage } from '../faults/describe-outage.ts';

/** All agent pools of the cluster as one LIST showed them. */
export interface PoolSnapshot {
  /** When the LIST was sent, on the monotonic clock: what was accepted before this moment should be in it. */
  readonly askedAt: number;
  readonly pools: ReadonlyMap<string, AgentPool>;
}

/** What is going on with a pool that is waited for. */
export type PoolOperation = 'create' | 'delete';

/** How often to look, in milliseconds. While operations are in flight the interval grows from that of the youngest to `maxMs`. */
export interface PollTimings {
  readonly createMs: number;
  readonly deleteMs: number;
  readonly maxMs: number;
  /** With nothing in flight; also how soon a change that somebody else made is seen. */
  readonly idleMs: number;
}

export const defaultPollTimings: PollTimings = { createMs: 1000, deleteMs: 500, maxMs: 15_000, idleMs: 120_000 };

const GROWTH = 1.3;
const FAILURE_BASE_MS = 1000;
const FAILURE_MAX_MS = 60_000;

export interface PoolPollerOptions {
  readonly agentPools: Pick<AgentPools, 'list'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timings?: Partial<PollTimings>;
}

/**
 * The one reader of pool states for all claims: N operations in flight cost one LIST per interval, not N. It looks at the
 * start, then often while something is expected to change, and rarely otherwise.
 */
export class PoolPoller implements Runnable {
  readonly name = 'pool-poller';
  readonly leaderOnly = true;
  readonly #options: PoolPollerOptions;
  readonly #timings: PollTimings;
  readonly #expected = new Map<string, PoolOperation>();
  readonly #listeners: ((pools: readonly string[]) => void)[] = [];
  #latest: PoolSnapshot | undefined;
  #failure: Error | undefined;
  #failures = 0;
  #started = false;
  #askedAt = 0;
  /** Azure asked us to wait until then. */
  #notBefore = 0;
  #interval: number;
  #wake: () => void = () => {};

  constructor(options: PoolPollerOptions) {
    this.#options = options;
    this.#timings = { ...defaultPollTimings, ...options.timings };
    this.#interval = this.#timings.idleMs;
  }

  /** The newest full LIST; undefined before the first. */
  get latest(): PoolSnapshot | undefined {
    return this.#latest;
  }

  /** Why the last LIST failed; undefined when it did not. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** How many pools are waited for, by what is going on with them. */
  inFlight(operation: PoolOperation): number {
    return [...this.#expected.values()].filter(expected => expected === operation).length;
  }

  /** Tells names of pools whose state changed or that are waited for, after each LIST. */
  onSnapshot(listener: (pools: readonly string[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Says that a pool is about to change: it is looked for more often until `settle`. */
  expect(pool: string, operation: PoolOperation): void {
    if (this.#expected.get(pool) === operation) return;
    this.#expected.set(pool, operation);
    this.#interval = Math.min(this.#interval, this.#base(operation));
    this.#wake();
  }

  /** Says that nothing more is expected of a pool. */
  settle(pool: string): void {
    this.#expected.delete(pool);
  }

  /** Not ready until the pools could be read, and again when they cannot be read any more. A replica that waits is ready. */
  ready(): true | string {
    if (this.#started && this.#latest === undefined && !this.#failure) return 'agent pools are being read';
    if (this.#failure && (this.#latest === undefined || this.#failures > 2)) {
      return describeOutage(this.#failure);
    }
    return true;
  }

  /** Looks until the signal is aborted. A LIST that fails is logged and tried again, never thrown. */
  async start(signal: AbortSignal): Promise<void> {
    this.#started = true;
    while (!signal.aborted) {
      await this.#poll(signal);
      await this.#pause(signal);
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { agentPools, clock, logger } = this.#options;
    this.#askedAt = clock.monotonic();
    try {
      const pools = await agentPools.list({ signal });
      this.#accept({ askedAt: this.#askedAt, pools: new Map(pools.map(pool => [pool.name, pool])) });
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#failures += 1;
      this.#interval = Math.min(FAILURE_MAX_MS, FAILURE_BASE_MS * 2 ** (this.#failures - 1));
      this.#notBefore = clock.monotonic() + ((isAzureError(error) && error.retryAfterMs) || 0);
      logger.warn('Listing agent pools failed', { error, retryInMs: this.#due() - clock.monotonic() });
    }
  }

  #accept(snapshot: PoolSnapshot): void {
    const changed = changedPools(this.#latest, snapshot);
    this.#latest = snapshot;
    this.#interval = this.#next();
    this.#failure = undefined;
    this.#failures = 0;
    const concerned = [...new Set([...changed, ...this.#expected.keys()])];
    for (const listener of this.#listeners) listener(concerned);
  }

  #next(): number {
    const { maxMs, idleMs } = this.#timings;
    if (this.#expected.size === 0) return idleMs;
    const base = Math.min(...[...new Set(this.#expected.values())].map(operation => this.#base(operation)));
    return this.#failures > 0 ? base : Math.max(base, Math.min(maxMs, this.#interval * GROWTH));
  }

  #base(operation: PoolOperation): number {
    return operation === 'create' ? this.#timings.createMs : this.#timings.deleteMs;
  }

  #due(): number {
    return Math.max(this.#askedAt + this.#interval, this.#notBefore);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const remaining = this.#due() - clock.monotonic();
      if (remaining <= 0 || signal.aborted) return;
      await this.#nap(remaining, signal);
    }
  }

  /** Ends after `ms`, when something new is expected, or with the signal; whichever comes first. */
  #nap(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const end = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = this.#options.clock.setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
      this.#wake = end;
    });
  }
}

/** The pools that are new, gone or in another state. */
export function changedPools(before: PoolSnapshot | undefined, after: PoolSnapshot): readonly string[] {
  const old = before?.pools ?? new Map<string, AgentPool>();
  const names = new Set([...old.keys(), ...after.pools.keys()]);
  return [...names].filter(name => fingerprint(old.get(name)) !== fingerprint(after.pools.get(name)));
}

function fingerprint(pool: AgentPool | undefined): string {
  if (pool === undefined) return '';
  const { etag, provisioningState, provisioningError, powerState, tags } = pool;
  return JSON.stringify([etag, provisioningState, provisioningError?.code, powerState, tags]);
}
