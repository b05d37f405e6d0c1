import type { Usage } from '@kaito/azure';
import type { PoolSnapshot } from '../pools/pool-poller.ts';
import { amountsOf, counterKey, POOL_KEY } from './amounts.ts';
import type { CounterKey } from './amounts.ts';
import { narrow, othersIn } from './counter-estimate.ts';
import type { Interval, Window } from './counter-estimate.ts';
import { POOL_COUNTER } from './demand.ts';
import type { Demand } from './demand.ts';
import type { PoolHold, SizeOf } from './pool-hold.ts';
import { PoolHolds } from './pool-holds.ts';
import { Reservations } from './reservations.ts';
import type { Reservation } from './reservations.ts';
import { Room } from './room.ts';
import type { Headroom } from './room.ts';

/** The cap of AKS, where the cluster does not say its own (AKS docs, quotas and limits). */
const AGENT_POOLS_CAP = 100;

/** The counters of a location as one request gave them. */
export interface UsageReading extends Window {
  readonly usages: readonly Usage[];
}

/** When the room is looked at, and by whom. */
export interface Viewpoint {
  /** Monotonic. */
  readonly now: number;
  /** The claim whose own reservation does not stand in its way. */
  readonly uid?: string;
  /** Cores limit nothing: the counters could not be read for too long. */
  readonly blind?: boolean;
}

export interface QuotaLedgerOptions {
  readonly sizeOf: SizeOf;
  /** How many agent pools the cluster may have; undefined where it does not say. */
  readonly maxPools: () => number | undefined;
}

/**
 * Knows what is left of each quota though Azure's counters lag behind pools that come and go. What ours take is read off the LIST
 * of the pools and the reservations of claims whose pool is not in it yet. What others use is kept between two bounds, and
 * narrowed with each reading by what of ours was surely, and may have been, in it. A reading is judged again with the first LIST
 * after it, which shows what changed while it was taken; then the judgement stands. As long as others use no more than before,
 * the room is never overstated. No I/O; all times are monotonic, in milliseconds.
 */
export class QuotaLedger {
  readonly #pools: PoolHolds;
  readonly #maxPools: () => number | undefined;
  readonly #reservations = new Reservations();
  #counters: ReadonlyMap<CounterKey, Usage> = new Map();
  /** What others use, by the readings before the pending one. */
  #others: ReadonlyMap<CounterKey, Interval> = new Map();
  /** The newest reading, until a LIST that was asked after it; with the reservations that it may have seen. */
  #pending: (Window & { readonly reserved: readonly Reservation[] }) | undefined;

  constructor({ sizeOf, maxPools }: QuotaLedgerOptions) {
    this.#pools = new PoolHolds(sizeOf);
    this.#maxPools = maxPools;
  }

  /** Takes in a LIST of the agent pools. @param answeredAt when it came back */
  sawPools(snapshot: PoolSnapshot, answeredAt: number): void {
    this.#pools.saw(snapshot, answeredAt, uid => this.#reservations.requestedAt(uid));
    this.#reservations.saw(snapshot);
    if (this.#pending && snapshot.askedAt < this.#pending.answeredAt) return;
    this.#settle();
    this.#pools.prune(answeredAt);
    this.#absorbStuck(answeredAt);
  }

  /** Takes in a reading of the counters. A counter whose numbers are none limits nothing. */
  sawUsages({ usages, sentAt, answeredAt }: UsageReading): void {
    const sound = usages.filter(({ used, limit }) => Number.isFinite(used) && Number.isFinite(limit));
    this.#counters = new Map(sound.map(usage => [counterKey(usage.name), usage]));
    this.#pending = { sentAt, answeredAt, reserved: this.#reservations.holding(answeredAt) };
  }

  /** What is left, to be taken from in thought. */
  room({ now, uid, blind = false }: Viewpoint): Room {
    const reserved = this.#reservations.holding(now).filter(reservation => reservation.uid !== uid);
    return new Room(counter => (blind && counter !== POOL_KEY ? undefined : this.#headroom(counter, reserved)));
  }

  /** How a counter stands; undefined when it limits nothing: Azure does not list it, or lists it without a limit. */
  headroom(counter: CounterKey, now: number): Headroom | undefined {
    return this.#headroom(counter, this.#reservations.holding(now));
  }

  /** The counters that pools and reservations of claims count on. */
  usedCounters(now: number): ReadonlySet<CounterKey> {
    const ofClaims = this.#pools.live.filter(({ uid }) => uid !== undefined);
    return new Set([...ofClaims, ...this.#reservations.holding(now)].flatMap(({ amounts }) => [...amounts.keys()]));
  }

  /** The agent pools that the newest LIST has. */
  get pools(): readonly PoolHold[] {
    return this.#pools.live;
  }

  /** Whether exactly that is reserved for a PUT of the claim that is still to come, or whose answer was lost. */
  hasReserved(uid: string, demand: Demand, now: number): boolean {
    return this.#reservations.has(uid, amountsOf(demand), now);
  }

  /** Reserves what a claim is about to request, whether there is room or not; replaces what it had reserved before. */
  reserve(uid: string, demand: Demand, now: number): void {
    this.#reservations.add(uid, amountsOf(demand), now);
  }

  /** ARM has accepted the claim's PUT: the reservation lasts until a LIST asked after `at` shows the pool. */
  confirmed(uid: string, pool: string, at: number): void {
    this.#reservations.accept(uid, pool, at);
  }

  /** The answer to the claim's PUT was lost: a pool may appear until then, so the reservation lasts that long. */
  uncertain(uid: string, until: number): void {
    this.#reservations.doubt(uid, until);
  }

  /** The claim needs its reservation no more: its PUT was refused, or it will not send one. @returns whether it had one */
  release(uid: string): boolean {
    return this.#reservations.release(uid);
  }

  #headroom(counter: CounterKey, reserved: readonly Reservation[]): Headroom | undefined {
    const coming = this.#excess(reserved, counter);
    const ours = this.#pools.taken(counter) + coming;
    const inFlight = this.#pools.inFlight(counter) + coming;
    if (counter === POOL_KEY) {
      const limit = this.#maxPools() || AGENT_POOLS_CAP;
      const names = { counter: POOL_COUNTER, displayName: 'agent pools of the cluster' };
      return { ...names, limit, others: 0, othersAtLeast: 0, ours, inFlight, free: Math.max(0, limit - ours) };
    }
    const usage = this.#counters.get(counter);
    if (usage === undefined || usage.limit < 0) return undefined;
    const { name, displayName, limit } = usage;
    const { low, high } = this.#othersOf(counter, usage.used);
    const free = Math.max(0, limit - high - ours);
    return { counter: name, displayName, limit, others: high, othersAtLeast: low, ours, inFlight, free };
  }

  #othersOf(counter: CounterKey, used: number): Interval {
    const known = this.#others.get(counter);
    if (!this.#pending) return known ?? { low: 0, high: used };
    const possible = this.#pools.possible(counter, this.#pending) + this.#excess(this.#pending.reserved, counter);
    return narrow(known, othersIn(used, { certain: this.#pools.certain(counter, this.#pending), possible }));
  }

  /** What reservations take beyond the pool of their claim, which a LIST may show before the PUT is answered. */
  #excess(reserved: readonly Reservation[], counter: CounterKey): number {
    let sum = 0;
    for (const { uid, amounts } of reserved) {
      const amount = amounts.get(counter) ?? 0;
      if (amount > 0) sum += Math.max(0, amount - this.#pools.takenBy(uid, counter));
    }
    return sum;
  }

  /** The pending reading will not look different any more. */
  #settle(): void {
    if (!this.#pending) return;
    this.#others = new Map([...this.#counters].map(([key, { used }]) => [key, this.#othersOf(key, used)]));
    this.#pending = undefined;
  }

  /** What stands still for long may be in the counters or not, and stays so: that is what the use by others is. */
  #absorbStuck(now: number): void {
    const others = new Map(this.#others);
    for (const amounts of this.#pools.absorbStuck(now)) {
      for (const [counter, amount] of amounts) {
        const known = others.get(counter);
        if (known) others.set(counter, { low: known.low, high: known.high + amount });
      }
    }
    this.#others = others;
  }
}
