/** What a bucket that gets nothing back says: a day. */
const NEVER_SECONDS = 86_400;

/** A rate limit: holds up to `capacity` requests and gets `perSecond` back. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perSecond: number;
  #level: number;
  #at: number;

  constructor(limit: { readonly capacity: number; readonly perSecond: number }, now: number) {
    this.#capacity = limit.capacity;
    this.#perSecond = limit.perSecond;
    this.#level = limit.capacity;
    this.#at = now;
  }

  /** Takes one; false when it is empty. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }

  /** Whole requests left. */
  get remaining(): number {
    return Math.floor(this.#level);
  }

  /** Whole seconds, at least 1, until there is one again. */
  get secondsToNext(): number {
    if (this.#perSecond === 0) return NEVER_SECONDS;
    return Math.max(1, Math.ceil((1 - this.#level) / this.#perSecond));
  }

  /** Full again at `now`: it may be forgotten. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#level >= this.#capacity;
  }

  #refill(now: number): void {
    const gained = (Math.max(0, now - this.#at) / 1000) * this.#perSecond;
    this.#level = Math.min(this.#capacity, this.#level + gained);
    this.#at = Math.max(this.#at, now);
  }
}
