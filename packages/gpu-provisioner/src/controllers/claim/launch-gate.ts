/** Holds back new pools for everybody while Azure says that requests come too fast. */
export class LaunchGate {
  #closedUntil = 0;

  /** Keeps the gate closed until then (monotonic), or longer if it is already. */
  closeUntil(time: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, time);
  }

  /** Milliseconds until launches may go on; 0 when they may now. `now` on the monotonic clock. */
  opensIn(now: number): number {
    return Math.max(0, this.#closedUntil - now);
  }
}
