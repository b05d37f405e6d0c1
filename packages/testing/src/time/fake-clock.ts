import { setImmediate as afterPendingWork } from 'node:timers/promises';
import type { Clock, Timer } from '@kaito/kube';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now: number;
  #elapsed = 0;
  #pending: readonly Pending[] = [];

  /** @param start where the wall clock begins, in milliseconds since the epoch. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimeout(callback: () => void, ms: number): Timer {
    const timer = { at: this.#elapsed + Math.max(0, ms), callback };
    this.#pending = [...this.#pending, timer];
    return {
      cancel: () => {
        this.#pending = this.#pending.filter(other => other !== timer);
      },
    };
  }

  /** Milliseconds until each pending call, the nearest first. */
  get pending(): readonly number[] {
    return this.#pending.map(({ at }) => at - this.#elapsed).toSorted((a, b) => a - b);
  }

  /**
   * Goes on by `ms`: makes the calls that are due on the way, in order and each at its own time, and lets what they
   * have set off (promises, not I/O of other processes) run before the next.
   */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    await afterPendingWork();
    for (let next = this.#due(until); next; next = this.#due(until)) {
      this.#moveTo(next.at);
      this.#pending = this.#pending.filter(timer => timer !== next);
      next.callback();
      await afterPendingWork();
    }
    this.#moveTo(until);
  }

  /** Sets the wall clock to another time, as an administrator would; durations do not notice. */
  setWallClock(now: number): void {
    this.#now = now;
  }

  #moveTo(elapsed: number): void {
    this.#now += elapsed - this.#elapsed;
    this.#elapsed = elapsed;
  }

  /** The earliest timer up to `until`; of two for the same time the older one. */
  #due(until: number): Pending | undefined {
    return this.#pending.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
  }
}
