/** Something that a manager runs until the process stops. */
export interface Runnable {
  readonly name: string;
  /**
   * Runs until `signal` is aborted, then finishes what it is at and resolves. To resolve or reject earlier ends the process.
   * `kill` is aborted when there is no time left to finish: the grace period is over or the lease is lost.
   */
  start(signal: AbortSignal, kill?: AbortSignal): Promise<void>;
  /** Waits for the lease; the others start as soon as the caches are synced. */
  readonly leaderOnly?: boolean;
  /** `true`, or why it cannot serve yet; the text is shown by `/readyz`. */
  ready?(): true | string;
}
