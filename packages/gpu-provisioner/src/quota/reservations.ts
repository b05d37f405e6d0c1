import type { PoolSnapshot } from '../pools/pool-poller.ts';
import { largerOf, sameAmounts } from './amounts.ts';
import type { Amounts } from './amounts.ts';

/** How long a LIST may lag behind an accepted PUT before its silence counts, as for the sighting of pools. */
const LIST_LAG_MS = 60_000;

/** What one claim is about to take, from before its PUT until a LIST shows the pool. Times are monotonic, in milliseconds. */
export interface Reservation {
  readonly uid: string;
  readonly amounts: Amounts;
  /** No PUT of this reservation went out before. */
  readonly reservedAt: number;
  /** Somebody still means to use it. */
  readonly firm: boolean;
  /** A PUT went out whose answer was lost: until then its pool may appear. */
  readonly uncertainUntil: number;
  readonly accepted?: { readonly pool: string; readonly at: number };
}

/** The reservations of this process, one a claim. They live in memory only: after a restart the LIST has what they stood for. */
export class Reservations {
  readonly #byUid = new Map<string, Reservation>();

  /** Those that hold at `now`. */
  holding(now: number): readonly Reservation[] {
    for (const uid of this.#byUid.keys()) if (!this.#standing(uid, now)) this.#byUid.delete(uid);
    return [...this.#byUid.values()];
  }

  requestedAt(uid: string): number | undefined {
    return this.#byUid.get(uid)?.reservedAt;
  }

  /** Whether exactly that is reserved for a PUT of the claim that ARM has not accepted yet. */
  has(uid: string, amounts: Amounts, now: number): boolean {
    const known = this.#standing(uid, now);
    return known !== undefined && known.accepted === undefined && sameAmounts(known.amounts, amounts);
  }

  /** Reserves; a second time for the same claim replaces what it had, but for a PUT that may still come true. */
  add(uid: string, amounts: Amounts, now: number): void {
    if (this.has(uid, amounts, now)) {
      this.#change(uid, { firm: true });
      return;
    }
    const known = this.#byUid.get(uid);
    const lost = known !== undefined && known.uncertainUntil > now ? known : undefined;
    this.#byUid.set(uid, {
      uid,
      amounts: lost ? largerOf(lost.amounts, amounts) : amounts,
      reservedAt: lost?.reservedAt ?? now,
      firm: true,
      uncertainUntil: lost?.uncertainUntil ?? now,
    });
  }

  /** ARM has accepted the PUT: the pool is known by name from now on. */
  accept(uid: string, pool: string, at: number): void {
    this.#change(uid, { accepted: { pool, at }, firm: true });
  }

  /** The answer to a PUT was lost: the pool may appear until then, and until then the reservation stays. */
  doubt(uid: string, until: number): void {
    const known = this.#byUid.get(uid);
    if (known) this.#change(uid, { firm: false, uncertainUntil: Math.max(until, known.uncertainUntil) });
  }

  /** Gives up what is not needed any more; what a lost PUT may have made stays until that is out of doubt. @returns whether there was something */
  release(uid: string): boolean {
    const known = this.#byUid.get(uid);
    this.#change(uid, { firm: false });
    return known?.firm ?? false;
  }

  /** Ends the reservations whose pools the LIST has: these speak for themselves now. */
  saw({ askedAt, pools }: PoolSnapshot): void {
    for (const [uid, { accepted }] of this.#byUid) {
      if (accepted === undefined || askedAt < accepted.at) continue;
      if (pools.has(accepted.pool) || askedAt - accepted.at >= LIST_LAG_MS) this.#byUid.delete(uid);
    }
  }

  #standing(uid: string, now: number): Reservation | undefined {
    const known = this.#byUid.get(uid);
    return known && (known.firm || known.uncertainUntil > now) ? known : undefined;
  }

  #change(uid: string, parts: Partial<Reservation>): void {
    const known = this.#byUid.get(uid);
    if (known) this.#byUid.set(uid, { ...known, ...parts });
  }
}
