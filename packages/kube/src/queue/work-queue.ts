import { backoffDelay } from '../clock/backoff.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import { DelayHeap } from './delay-heap.ts';
import type { QueueMetrics } from './queue-metrics.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Delays of `retry` in milliseconds: the first, and the longest; each failure in a row doubles it. */
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  readonly metrics: QueueMetrics;
}

/**
 * Keys that wait to be worked on. A key waits at most once; a key that is added while it is worked on waits again when
 * that is done, so the same key is never with two workers, and no addition is lost.
 */
export class WorkQueue<K> {
  readonly #options: WorkQueueOptions;
  /** Ready to be taken, in order, with the time since when. */
  readonly #ready = new Map<K, number>();
  readonly #processing = new Map<K, number>();
  /** Added while being processed. */
  readonly #again = new Set<K>();
  readonly #failures = new Map<K, number>();
  readonly #delayed = new DelayHeap<K>();
  readonly #takers: ((key: K | undefined) => void)[] = [];
  #timer: { readonly due: number; readonly timer: Timer } | undefined;
  #stopped = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    options.metrics.observe({
      depth: () => this.#ready.size,
      processingSince: () => this.#processing.values(),
    });
  }

  /** How many keys are ready to be taken. */
  get depth(): number {
    return this.#ready.size;
  }

  /** How many keys wait for their time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** Makes a key ready. Does nothing when it already is, or after `stop`. */
  add(key: K): void {
    if (this.#stopped || this.#ready.has(key) || this.#again.has(key)) return;
    this.#options.metrics.added();
    if (this.#processing.has(key)) this.#again.add(key);
    else this.#offer(key);
  }

  /** Makes a key ready in `ms` milliseconds; of several times the earliest counts. */
  addAfter(key: K, ms: number): void {
    if (this.#stopped) return;
    if (!(ms > 0)) {
      this.add(key);
      return;
    }
    if (this.#delayed.add(key, this.#options.clock.monotonic() + ms)) this.#arm();
  }

  /** Makes a key ready after its back-off, or after `leastMs` if that is longer; counts one more failure. */
  retry(key: K, leastMs = 0): void {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    this.#options.metrics.retried();
    this.addAfter(key, Math.max(leastMs, backoffDelay(failures, this.#options.backoff)));
  }

  /** How often `retry` was called for the key since `forget`. */
  failures(key: K): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key's next failure is its first. */
  forget(key: K): void {
    this.#failures.delete(key);
  }

  /** The next key, as soon as there is one; undefined once the queue is stopped. `done` must be called for it. */
  take(): Promise<K | undefined> {
    if (this.#stopped) return Promise.resolve(undefined);
    const [next] = this.#ready;
    if (next === undefined) return new Promise(resolve => this.#takers.push(resolve));
    const [key, since] = next;
    this.#ready.delete(key);
    this.#begin(key, since);
    return Promise.resolve(key);
  }

  /** The work on a taken key is over. */
  done(key: K): void {
    const since = this.#processing.get(key);
    if (since === undefined) return;
    this.#processing.delete(key);
    this.#options.metrics.worked(this.#options.clock.monotonic() - since);
    if (this.#again.delete(key) && !this.#stopped) this.#offer(key);
  }

  /** Gives out no more keys and forgets those that wait. Keys that are worked on are still to be `done`. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    this.#delayed.clear();
    this.#ready.clear();
    this.#again.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
    this.#options.metrics.stop();
  }

  #offer(key: K): void {
    const now = this.#options.clock.monotonic();
    const taker = this.#takers.shift();
    if (!taker) {
      this.#ready.set(key, now);
      return;
    }
    this.#begin(key, now);
    taker(key);
  }

  #begin(key: K, readySince: number): void {
    const now = this.#options.clock.monotonic();
    this.#processing.set(key, now);
    this.#options.metrics.waited(now - readySince);
  }

  /** One timer, for the key that is due next. */
  #arm(): void {
    const due = this.#delayed.next;
    if (due === this.#timer?.due) return;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    if (due === undefined) return;
    const { clock } = this.#options;
    const timer = clock.setTimeout(() => this.#release(), Math.max(0, due - clock.monotonic()));
    this.#timer = { due, timer };
  }

  #release(): void {
    this.#timer = undefined;
    const now = this.#options.clock.monotonic();
    for (let key = this.#delayed.take(now); key !== undefined; key = this.#delayed.take(now)) this.add(key);
    this.#arm();
  }
}
