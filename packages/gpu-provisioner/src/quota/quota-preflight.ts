import type { Usages } from '@kaito/azure';
import type { Clock, Logger, Metrics, Runnable } from '@kaito/kube';
import type { Claim, ClaimKey } from '../claims/claim.ts';
import type { InstanceTypeCatalogue } from '../instance-types/instance-type-catalogue.ts';
import type { PoolSnapshot } from '../pools/pool-poller.ts';
import { amountsOf, POOL_KEY } from './amounts.ts';
import { POOL_COUNTER } from './demand.ts';
import type { Demand, Shortage } from './demand.ts';
import { QuotaLedger } from './quota-ledger.ts';
import { QuotaMetrics } from './quota-metrics.ts';
import type { QuotaStanding } from './quota-metrics.ts';
import { QuotaReader } from './quota-reader.ts';
import type { Headroom, Room } from './room.ts';
import { WaitingList } from './waiting-list.ts';

/** The claim that asks. */
type Asker = Pick<Claim, 'key' | 'uid'>;

export interface QuotaPreflightOptions {
  /** Whether cores are looked after; the cap on agent pools always is. */
  readonly enabled: boolean;
  readonly usages: Usages;
  /** Region, as in `eastus`. */
  readonly location: string;
  readonly instanceTypes: Pick<InstanceTypeCatalogue, 'lookup'>;
  /** How many agent pools the cluster may have; undefined where it does not say. */
  readonly maxPools: () => number | undefined;
  /** How old a reading may be when a machine is requested, in milliseconds; also how often it is read while claims wait. */
  readonly refreshMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Keeps claims from requesting machines that the subscription has no cores for, or the cluster no place. Nothing here waits: a
 * claim that has to is told so, and its key comes by `onRoom` when it should ask again. Fails open: what cannot be read limits
 * nothing. Nothing is kept over a restart; the pools and a reading say it all again.
 */
export class QuotaPreflight implements Runnable {
  readonly name = 'quota-preflight';
  readonly leaderOnly = true;
  readonly #options: QuotaPreflightOptions;
  readonly #ledger: QuotaLedger;
  readonly #reader: QuotaReader;
  readonly #waiting = new WaitingList();
  /** Claims that want a reading first: since when, and whether they know that one has come. */
  readonly #asking = new Map<string, { readonly key: ClaimKey; readonly since: number; readonly told: boolean }>();
  #onRoom: (keys: readonly ClaimKey[]) => void = () => {};

  constructor(options: QuotaPreflightOptions) {
    const { instanceTypes, maxPools } = options;
    this.#options = options;
    const sizeOf = (vmSize: string) => {
      const lookup = instanceTypes.lookup(vmSize);
      return lookup.found === 'yes' ? lookup.type : undefined;
    };
    this.#ledger = new QuotaLedger({ sizeOf, maxPools });
    const metrics = new QuotaMetrics(options.metrics, () => this.#standing());
    this.#reader = new QuotaReader({
      ...options,
      wanted: () => options.enabled && this.#waiting.size > 0 && this.#hasPlaces(),
      onReading: reading => this.#ledger.sawUsages(reading),
      onFailure: () => metrics.readFailed(),
      onTurn: () => this.#turn(),
    });
  }

  /** Names claims that should ask again: what they wanted to know is known, or there is room for them. */
  onRoom(listener: (keys: readonly ClaimKey[]) => void): void {
    this.#onRoom = listener;
  }

  /** Reads quota while somebody wants it, until the signal is aborted. */
  start(signal: AbortSignal): Promise<void> {
    return this.#reader.start(signal);
  }

  /** Takes in a LIST of the agent pools that has just come. */
  sawPools(snapshot: PoolSnapshot): void {
    this.#ledger.sawPools(snapshot, this.#now);
    this.#call();
    this.#reader.reconsider();
  }

  /** Whether it can be decided for the claim now. If not, quota is being read, and `onRoom` names the claim when that is over. */
  isInformed({ key, uid }: Asker): boolean {
    if (!this.#options.enabled) return true;
    const since = this.#asking.get(uid)?.since ?? this.#now;
    const informed = this.#reader.isCurrent(since);
    if (informed) this.#asking.delete(uid);
    else this.#asking.set(uid, { key, since, told: false });
    return informed;
  }

  /** What the claim would lack; undefined when there is room for it after those who came before it. */
  shortage({ uid }: Asker, demand: Demand): Shortage | undefined {
    return this.#ledger.hasReserved(uid, demand, this.#now) ? undefined : this.#roomFor(uid).shortage(demand);
  }

  /**
   * Reserves what the claim is about to request. The same again changes nothing; another demand replaces what was reserved. Every
   * reservation has to end in `confirmed`, `uncertain`, `refused` or `release`.
   * @returns what is short, and then nothing is reserved; undefined when it is granted
   */
  reserve(asker: Asker, demand: Demand): Shortage | undefined {
    const { uid } = asker;
    const shortage = this.shortage(asker, demand);
    if (shortage) this.release(uid);
    else {
      this.#ledger.reserve(uid, demand, this.#now);
      // It may have taken something else than what was kept for it.
      if (this.#waiting.leave(uid)) this.#call();
    }
    return shortage;
  }

  /** Lines the claim up for the first of the demands that there is room for; it keeps the place that it has. */
  wait(asker: Asker, demands: readonly Demand[]): void {
    this.#waiting.wait(asker, demands);
    this.#reader.reconsider();
  }

  /** ARM has accepted the claim's PUT, or the pool was found to be there. */
  confirmed(uid: string, pool: string): void {
    this.#ledger.confirmed(uid, pool, this.#now);
  }

  /** The answer to the claim's PUT was lost. @param until when (monotonic) no pool can come of it any more */
  uncertain(uid: string, until: number): void {
    this.#ledger.uncertain(uid, until);
  }

  /** The claim's PUT was refused, or it will not send one. */
  release(uid: string): void {
    if (this.#ledger.release(uid)) this.#call();
  }

  /** Azure refused the claim's PUT for lack of quota: others have taken it. Whoever asks next waits for a new reading. */
  refused(uid: string): void {
    this.#reader.disprove();
    this.release(uid);
  }

  /** The claim does not want quota any more: it is served otherwise, is gone, or cannot be served. */
  leave(uid: string): void {
    this.#asking.delete(uid);
    if (this.#waiting.leave(uid)) this.#call();
  }

  /** How the counters stand that our claims use or wait for, `agentPools` among them. */
  headroom(): readonly Headroom[] {
    const now = this.#now;
    const awaited = this.#waiting.demands.flatMap(demand => [...amountsOf(demand).keys()]);
    const counters = new Set([POOL_KEY, ...this.#ledger.usedCounters(now), ...awaited]);
    return [...counters].map(key => this.#ledger.headroom(key, now)).filter(headroom => headroom !== undefined);
  }

  get #now(): number {
    return this.#options.clock.monotonic();
  }

  #roomFor(uid: string): Room {
    const room = this.#ledger.room({ now: this.#now, uid, blind: this.#reader.blind });
    this.#waiting.serveBefore(uid, room);
    return room;
  }

  /** Whether cores are what claims wait for, and not the cap on agent pools. */
  #hasPlaces(): boolean {
    return (this.#ledger.headroom(POOL_KEY, this.#now)?.free ?? 0) > 0;
  }

  /** An attempt to read is over: those who asked for it can decide now, and so can those for whom it shows room. */
  #turn(): void {
    const asking = [...this.#asking].filter(([, { told }]) => !told);
    this.#asking.clear();
    for (const [uid, asker] of asking) this.#asking.set(uid, { ...asker, told: true });
    this.#tell(asking.map(([, { key }]) => key));
    this.#call();
  }

  /** Calls those of the line for whom there is room now. */
  #call(): void {
    const now = this.#now;
    this.#tell(this.#waiting.call(this.#ledger.room({ now, blind: this.#reader.blind }), now));
  }

  #tell(keys: readonly ClaimKey[]): void {
    if (keys.length > 0) this.#onRoom(keys);
  }

  #standing(): QuotaStanding {
    const headroom = this.headroom();
    return {
      counters: headroom.filter(({ counter }) => counter !== POOL_COUNTER),
      poolStates: this.#ledger.pools.map(({ state }) => state),
      poolsLimit: headroom.find(({ counter }) => counter === POOL_COUNTER)?.limit ?? 0,
      waitingClaims: this.#waiting.size,
    };
  }
}
