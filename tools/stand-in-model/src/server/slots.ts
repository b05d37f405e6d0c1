import { RequestError } from './request-error.ts';

const RETRY_AFTER_SECONDS = 5;

/** Lets so many work at once and so many wait, first come, first served. */
export class Slots {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #queue: (() => void)[] = [];
  #taken = 0;

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  get running(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Waits for a slot.
   * @returns how to give it back.
   * @throws RequestError 429 when too many wait already; the signal's reason when it is aborted while waiting.
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken >= this.#most) await this.#wait(signal);
    else this.#taken++;
    let given = false;
    return () => {
      if (!given) this.#free();
      given = true;
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#queue.length >= this.#mostWaiting)
      throw new RequestError(429, `${this.#queue.length} requests are waiting already; try again later`, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(turn), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(turn);
    });
  }

  /** The slot goes from hand to hand: who comes new does not overtake who waits. */
  #free(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#taken--;
  }
}
