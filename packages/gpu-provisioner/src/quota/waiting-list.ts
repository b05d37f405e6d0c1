import type { ClaimKey } from '../claims/claim.ts';
import type { Demand } from './demand.ts';
import type { Room } from './room.ts';

/** How long the place of a claim is kept that was called and has not asked again, in milliseconds. */
const CALL_MS = 30_000;

interface Waiter {
  readonly key: ClaimKey;
  /** What would do for the claim, in its order of preference. */
  readonly demands: readonly Demand[];
  /** When it was told that there is room (monotonic); undefined since it asked last. */
  readonly calledAt: number | undefined;
}

/**
 * The claims that wait for quota, in the order in which they came. Each stands before those that came later; one that does not
 * fit lets others pass that do (the best-effort FIFO of Kueue). One that was called and does not come loses its place, so that
 * nobody waits for a claim that changed its mind.
 */
export class WaitingList {
  readonly #byUid = new Map<string, Waiter>();

  get size(): number {
    return this.#byUid.size;
  }

  /** Lines a claim up, or notes what it wants now; it keeps its place. */
  wait({ key, uid }: { readonly key: ClaimKey; readonly uid: string }, demands: readonly Demand[]): void {
    this.#byUid.set(uid, { key, demands, calledAt: undefined });
  }

  /** @returns whether the claim was waiting */
  leave(uid: string): boolean {
    return this.#byUid.delete(uid);
  }

  /** Takes from the room what those get who stand before the claim: everybody when it is not in the line. */
  serveBefore(uid: string, room: Room): void {
    for (const [other, { demands }] of this.#byUid) {
      if (other === uid) return;
      room.takeFirst(demands);
    }
  }

  /**
   * Serves the line from the room, and calls those who fit and do not know it yet.
   * @returns their keys, in order
   */
  call(room: Room, now: number): readonly ClaimKey[] {
    const called: ClaimKey[] = [];
    for (const [uid, waiter] of this.#byUid) {
      if (waiter.calledAt !== undefined && now - waiter.calledAt >= CALL_MS) this.#byUid.delete(uid);
      else if (room.takeFirst(waiter.demands) && waiter.calledAt === undefined) {
        this.#byUid.set(uid, { ...waiter, calledAt: now });
        called.push(waiter.key);
      }
    }
    return called;
  }

  /** Everything that anybody waits for. */
  get demands(): readonly Demand[] {
    return [...this.#byUid.values()].flatMap(({ demands }) => demands);
  }
}
