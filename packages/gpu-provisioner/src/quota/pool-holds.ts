import type { AgentPool } from '@kaito/azure';
import type { PoolSnapshot } from '../pools/pool-poller.ts';
import { poolAlone, sameAmounts } from './amounts.ts';
import type { Amounts, CounterKey } from './amounts.ts';
import type { Window } from './counter-estimate.ts';
import { amountsOfPool, claimOf, end, follow, isCertain, isPossible, STUCK_MS } from './pool-hold.ts';
import type { Look, PoolHold, SizeOf } from './pool-hold.ts';

/** When the PUT for a claim's pool can have gone out at the earliest; undefined where this process sent none. */
export type RequestedAt = (uid: string) => number | undefined;

/** What the agent pools of the cluster take of each counter, as the LISTs show it. No I/O; all times are monotonic. */
export class PoolHolds {
  readonly #sizeOf: SizeOf;
  #live: ReadonlyMap<string, PoolHold> = new Map();
  /** The same by claim, because each reservation is held against the pools of its claim. */
  #byUid: ReadonlyMap<string | undefined, readonly PoolHold[]> = new Map();
  /** Gone, but perhaps still in a counter. */
  #ended: readonly PoolHold[] = [];
  #lastSentAt: number | undefined;

  constructor(sizeOf: SizeOf) {
    this.#sizeOf = sizeOf;
  }

  /** The pools that the newest LIST has. */
  get live(): readonly PoolHold[] {
    return [...this.#live.values()];
  }

  /** Takes in a LIST. */
  saw(snapshot: PoolSnapshot, answeredAt: number, requestedAt: RequestedAt): void {
    const look: Look = { sentAt: snapshot.askedAt, answeredAt, previousSentAt: this.#lastSentAt };
    const followed = [...snapshot.pools].map(([name, pool]) => [name, this.#follow(pool, look, requestedAt)] as const);
    const live = new Map(followed.map(([name, { hold }]) => [name, hold]));
    const continued = new Set(followed.filter(([, { isNew }]) => !isNew).map(([name]) => name));
    const ended = [...this.#live].filter(([name]) => !continued.has(name)).map(([, hold]) => end(hold, look));
    this.#ended = [...this.#ended, ...ended];
    this.#keep(live);
    this.#lastSentAt = look.sentAt;
  }

  /** What all pools take now of a counter, whether it has them or not. */
  taken(counter: CounterKey): number {
    return total(this.#live.values(), counter);
  }

  /** What those pools take now that come, go or change. */
  inFlight(counter: CounterKey): number {
    return total(this.#live.values(), counter, hold => !hold.atRest);
  }

  /** What the pools of one claim take now. */
  takenBy(uid: string, counter: CounterKey): number {
    return total(this.#byUid.get(uid) ?? [], counter);
  }

  /** What was surely in the counter at any time in the window. */
  certain(counter: CounterKey, window: Window): number {
    return this.#during(counter, hold => isCertain(hold, window));
  }

  /** What may have been in the counter at some time in the window. */
  possible(counter: CounterKey, window: Window): number {
    return this.#during(counter, hold => isPossible(hold, window));
  }

  /** Forgets what left the counters before that time. */
  prune(time: number): void {
    this.#ended = this.#ended.filter(({ possible }) => possible.until >= time);
  }

  /**
   * Takes the cores of pools that have been stuck for long out of the books.
   * @returns what they took: it counts as used by others from now on
   */
  absorbStuck(now: number): readonly Amounts[] {
    const due = [...this.#live].filter(
      ([, { stuckSince, absorbed }]) => stuckSince !== undefined && !absorbed && now - stuckSince >= STUCK_MS,
    );
    if (due.length === 0) return [];
    const absorbed = due.map(([name, hold]) => [name, { ...hold, amounts: poolAlone, absorbed: true }] as const);
    this.#keep(new Map([...this.#live, ...absorbed]));
    return due.map(([, { amounts }]) => amounts);
  }

  /** A pool that takes something else than before is a new one: one of that name came back, or its count was changed. */
  #follow(pool: AgentPool, look: Look, requestedAt: RequestedAt): { readonly hold: PoolHold; readonly isNew: boolean } {
    const before = this.#live.get(pool.name);
    const sight = { pool, amounts: amountsOfPool(pool, this.#sizeOf), requestedAt: requestedAt(claimOf(pool) ?? '') };
    const hold = follow(before, sight, look);
    if (before && sameAmounts(before.amounts, hold.amounts)) return { hold, isNew: false };
    return { hold: follow(undefined, sight, look), isNew: true };
  }

  #keep(live: ReadonlyMap<string, PoolHold>): void {
    this.#live = live;
    this.#byUid = Map.groupBy(live.values(), ({ uid }) => uid);
  }

  #during(counter: CounterKey, when: (hold: PoolHold) => boolean): number {
    return total(this.#live.values(), counter, when) + total(this.#ended, counter, when);
  }
}

function total(
  holds: Iterable<PoolHold>,
  counter: CounterKey,
  counts: (hold: PoolHold) => boolean = () => true,
): number {
  let sum = 0;
  for (const hold of holds) if (counts(hold)) sum += hold.amounts.get(counter) ?? 0;
  return sum;
}
