import { isGone } from './pool.ts';
import type { Pool } from './pool.ts';

interface Version {
  readonly at: number;
  /** Undefined: removed. */
  readonly pool: Pool | undefined;
}

/** How far back a stale read can look, in milliseconds. */
export const HISTORY_MS = 60_000;

/** The agent pools of the cluster, and for a while what they were, so that reads can lag behind. */
export class PoolStore {
  readonly #pools = new Map<string, Pool>();
  readonly #history = new Map<string, Version[]>();
  #nextSweep = 0;

  /** The record of a pool, gone or not; for those who settle what its going leaves behind. */
  record(name: string): Pool | undefined {
    return this.#pools.get(name.toLowerCase());
  }

  /** The pool as it was at `at`; undefined when there was none. */
  get(name: string, at: number): Pool | undefined {
    return this.#at(name.toLowerCase(), at);
  }

  /** All pools as they were at `at`, by name. */
  list(at: number): readonly Pool[] {
    const pools = [...this.#history.keys()].map(name => this.#at(name, at)).filter(pool => pool !== undefined);
    return pools.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Pools that are not removed; those whose deletion has just ended may still count. */
  get size(): number {
    return this.#pools.size;
  }

  put(pool: Pool, now: number): void {
    this.#pools.set(pool.name, pool);
    this.#remember(pool.name, { at: now, pool });
  }

  remove(name: string, now: number): void {
    this.#pools.delete(name);
    this.#remember(name, { at: now, pool: undefined });
  }

  #at(name: string, at: number): Pool | undefined {
    const pool = this.#history.get(name)?.findLast(version => version.at <= at)?.pool;
    return pool && !isGone(pool, at) ? pool : undefined;
  }

  #remember(name: string, version: Version): void {
    const versions = this.#history.get(name) ?? [];
    versions.push(version);
    this.#history.set(name, versions);
    if (version.at >= this.#nextSweep) this.#sweep(version.at);
  }

  /** Drops what no read can reach any more: once per horizon, not per request. */
  #sweep(now: number): void {
    this.#nextSweep = now + HISTORY_MS;
    const horizon = now - HISTORY_MS;
    for (const [name, versions] of this.#history) {
      const kept = versions.findLastIndex(({ at }) => at <= horizon);
      if (kept > 0) versions.splice(0, kept);
      if (versions.length === 1 && versions[0]?.pool === undefined && (versions[0]?.at ?? now) <= horizon) {
        this.#history.delete(name);
      }
    }
  }
}
