import type { Clock, Timer } from '../clock/clock.ts';

/** A signal that is aborted by a parent signal or after some time, and leaves nothing behind when released. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal | undefined;
  readonly #timer: Timer | undefined;
  #expired = false;

  /** Without `ms` only the parent ends it. */
  constructor(clock: Clock, parent: AbortSignal | undefined, ms: number | undefined) {
    this.#parent = parent;
    if (parent?.aborted) this.#controller.abort(parent.reason);
    parent?.addEventListener('abort', this.#onParent, { once: true });
    if (ms !== undefined) this.#timer = clock.setTimeout(() => this.#expire(ms), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Time ran out before the parent was aborted. */
  get expired(): boolean {
    return this.#expired;
  }

  /** From now on only the parent ends it. */
  disarm(): void {
    this.#timer?.cancel();
  }

  /** Removes the timer and the listener. The signal is not aborted by that. */
  release(): void {
    this.#timer?.cancel();
    this.#parent?.removeEventListener('abort', this.#onParent);
  }

  readonly #onParent = (): void => this.#controller.abort(this.#parent?.reason);

  #expire(ms: number): void {
    this.#expired = !this.#controller.signal.aborted;
    this.#controller.abort(new DOMException(`No answer within ${ms} ms`, 'TimeoutError'));
  }
}
