import type { Clock, Timer } from '@kaito/kube';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock for unit tests: time goes on when the test says so. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #pending = new Set<Pending>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): Timer {
    const pending = { at: this.#now + ms, callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** Timers that wait. */
  get timers(): number {
    return this.#pending.size;
  }

  /** Goes on by `ms`, calling what is due in order, each followed by the promises that it settles. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (let due = this.#next(until); due !== undefined; due = this.#next(until)) {
      this.#pending.delete(due);
      this.#now = due.at;
      due.callback();
      // oxlint-disable-next-line eslint/no-await-in-loop -- time goes on only when nothing is left to do at this time
      await settled();
    }
    this.#now = until;
  }

  #next(until: number): Pending | undefined {
    return [...this.#pending].filter(({ at }) => at <= until).toSorted((left, right) => left.at - right.at)[0];
  }
}

/** Lets everything run that needs no timer. */
async function settled(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve));
}
