import type { Logger } from '../log/logger.ts';

/** What a successful reconcile asks for. */
export interface Result {
  /** Look at the object again after this many milliseconds, even if nothing changes. */
  readonly requeueAfterMs?: number;
}

export interface ReconcileContext {
  /** Aborted when the reconcile must stop now. */
  readonly signal: AbortSignal;
  /** Holds the controller's name, the key and the reconcile's id. */
  readonly logger: Logger;
  /** Unique to this pass; on every log line of it. */
  readonly reconcileId: string;
  /** How many passes for this key have failed in a row before this one. */
  readonly attempt: number;
}

/** Ends the retries of a key until its object changes: trying again cannot help. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export function isTerminal(error: unknown): boolean {
  return error instanceof Error && error.name === 'TerminalError';
}
