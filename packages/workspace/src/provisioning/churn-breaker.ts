import type { Clock } from '@kaito/kube';
import type { Claim } from '../claims/claim.ts';
import { isSameSize, type Size } from '../claims/size.ts';

/** So many claims in a row that vanished before they launched are no accident. */
const tripAfter = 5;
const firstPauseMs = 5 * 60_000;
const maxPauseMs = 60 * 60_000;

/** Nothing is asked for while the breaker is open. */
export interface OpenBreaker {
  /** Of the claims that vanished. */
  readonly size: Size;
  /** Milliseconds until it is tried again. */
  readonly waitMs: number;
  /** On the wall clock, RFC 3339 to the second; the same each time it is asked. */
  readonly until: string;
  /** Claims in a row that vanished. */
  readonly vanished: number;
  /** What the last of them said. */
  readonly lastWords: string | undefined;
}

interface Pending {
  readonly words: string | undefined;
}

interface State {
  /** Which size this is about: another one starts with a clean sheet. */
  readonly size: Size;
  /** Claims that have not launched, by uid. */
  readonly pending: ReadonlyMap<string, Pending>;
  readonly launched: ReadonlySet<string>;
  readonly vanished: number;
  readonly trips: number;
  readonly lastWords?: string | undefined;
  readonly openUntil?: { readonly monotonic: number; readonly wall: string } | undefined;
}

const blank = { pending: new Map<string, Pending>(), launched: new Set<string>(), vanished: 0, trips: 0 } as const;

/**
 * Stops a provisioner from making and losing claims without end. Karpenter deletes a claim that it cannot launch, and a NodePool
 * with a fixed size makes another at once. Each claim that was seen before it launched and then was gone counts; one that launches
 * wipes the slate clean. After a pause, which doubles up to an hour, it is tried again: a single further failure opens it anew.
 *
 * Kept in memory: after a restart it takes a few failures to open again.
 */
export class ChurnBreaker {
  readonly #clock: Clock;
  readonly #states = new Map<string, State>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Notes the claims that a workspace has now. Those that we delete ourselves are to be named to `forgive`.
   * @param key of the workspace
   * @param wanted the size that is asked for
   */
  observe(key: string, wanted: Size, claims: readonly Claim[]): void {
    const known = this.#states.get(key);
    const size = { instanceType: wanted.instanceType, capacityType: wanted.capacityType };
    const before: State = known && isSameSize(known.size, size) ? known : { ...blank, size };
    const launched = new Set(claims.filter(({ launchedAt }) => launchedAt !== undefined).map(({ uid }) => uid));
    const pending = pendingOf(before, claims);
    if ([...launched].some(uid => !before.launched.has(uid))) {
      this.#states.set(key, { ...blank, size, pending, launched });
      return;
    }
    const there = new Set(claims.map(({ uid }) => uid));
    const gone = [...before.pending].filter(([uid]) => !there.has(uid)).map(([, { words }]) => words);
    this.#states.set(key, this.#count({ ...before, pending, launched }, gone));
  }

  /** Whether nothing is to be asked for now; undefined while it may be. */
  open(key: string): OpenBreaker | undefined {
    const state = this.#states.get(key);
    const waitMs = (state?.openUntil?.monotonic ?? 0) - this.#clock.monotonic();
    if (!state?.openUntil || waitMs <= 0) return undefined;
    const { size, vanished, lastWords, openUntil } = state;
    return { size, waitMs, until: openUntil.wall, vanished, lastWords };
  }

  /** A claim goes because it is no longer wanted; that says nothing about whether it could have been had. */
  forgive(key: string, uids: readonly string[]): void {
    const state = this.#states.get(key);
    if (!state) return;
    const pending = new Map([...state.pending].filter(([uid]) => !uids.includes(uid)));
    this.#states.set(key, { ...state, pending });
  }

  /** Forgets a workspace that is gone. */
  forget(key: string): void {
    this.#states.delete(key);
  }

  #count(state: State, gone: readonly (string | undefined)[]): State {
    if (gone.length === 0) return state;
    const vanished = state.vanished + gone.length;
    const lastWords = gone.findLast(words => words !== undefined) ?? state.lastWords;
    const counted = { ...state, vanished, lastWords };
    const isOpen = (state.openUntil?.monotonic ?? 0) > this.#clock.monotonic();
    if (isOpen || (vanished < tripAfter && state.trips === 0)) return counted;
    const pauseMs = Math.min(firstPauseMs * 2 ** state.trips, maxPauseMs);
    const wall = `${new Date(this.#clock.now() + pauseMs).toISOString().slice(0, 19)}Z`;
    return { ...counted, trips: state.trips + 1, openUntil: { monotonic: this.#clock.monotonic() + pauseMs, wall } };
  }
}

/** A claim that is being deleted counts once it is gone, if it was awaited before. */
function pendingOf(before: State, claims: readonly Claim[]): ReadonlyMap<string, Pending> {
  const open = claims.filter(
    ({ uid, launchedAt, deleting }) => launchedAt === undefined && (!deleting || before.pending.has(uid)),
  );
  return new Map(open.map(({ uid, obstacle }) => [uid, { words: obstacle?.message || obstacle?.reason }]));
}

/** What an open breaker says, in one clause. */
export function sayingOpen({ vanished, lastWords }: OpenBreaker): string {
  const last = lastWords ? `, the last with: ${lastWords}` : '';
  return `${vanished} claims in a row were gone before they launched${last}`;
}
