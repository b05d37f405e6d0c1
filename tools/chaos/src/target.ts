import type { Clock } from '@kaito/kube';
import type { Violation } from './verdict.ts';
import type { Fault } from './plan/fault.ts';
import type { Combination, Field, PlannedRound } from './plan/schedule.ts';

/** What came of a round. */
export interface RoundResult {
  readonly id: string;
  readonly point: string;
  readonly fault: string;
  /** The crash point was reached. */
  readonly crashed: boolean;
  readonly violations: readonly Violation[];
  /** What happened, in order. */
  readonly notes: readonly string[];
  readonly durationMs: number;
  /** The command that runs this very round again. */
  readonly replay: string;
}

/** What controllers have written, by the name of the controller. */
export type Logs = Readonly<Record<string, string>>;

/** What rounds share, and how it ends. */
export interface RoundWorld {
  /** Everything that the controllers have written so far: the attacked one, and the one that works with it. */
  logs(): Logs;
  stop(): Promise<void>;
}

export interface RoundOptions<W> {
  readonly world: W;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A controller that is attacked. */
export interface Target<F extends Fault, P extends PlannedRound, W extends RoundWorld> {
  readonly field: Field<F>;
  /** Names of what must hold in every round. */
  readonly invariants: readonly string[];
  readonly plan: (seed: number, combination: Combination<F>) => P;
  /** Starts what rounds share. @throws with the log of what failed; nothing is left running then. */
  readonly start: (signal: AbortSignal) => Promise<W>;
  /** Runs a round. @throws the signal's reason, or what went wrong with the stack itself; the world is not to be used again then. */
  readonly run: (plan: P, options: RoundOptions<W>) => Promise<RoundResult>;
}
