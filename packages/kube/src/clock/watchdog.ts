import type { Clock, Timer } from './clock.ts';

/** Calls back once when nothing has been heard for some time. Hearing is cheap: no timer is touched by it. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #limitMs: number;
  #heardAt: number;
  #timer: Timer;

  constructor(clock: Clock, limitMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
    this.#heardAt = clock.monotonic();
    this.#timer = clock.setTimeout(this.#check, limitMs);
  }

  /** Something came; from now on silence may last `limitMs`, if that is given. */
  heard(limitMs = this.#limitMs): void {
    this.#heardAt = this.#clock.monotonic();
    this.#limitMs = limitMs;
  }

  stop(): void {
    this.#timer.cancel();
  }

  readonly #check = (): void => {
    const left = this.#heardAt + this.#limitMs - this.#clock.monotonic();
    if (left <= 0) this.#onSilence();
    else this.#timer = this.#clock.setTimeout(this.#check, left);
  };
}
