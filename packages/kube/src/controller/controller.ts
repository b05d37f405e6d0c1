import { randomUUID } from 'node:crypto';
import type { Informer } from '../cache/informer.ts';
import { isApiError, isConflict } from '../client/api-error.ts';
import type { KubeObject } from '../client/object.ts';
import { sleep, systemClock } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import { untilAborted } from '../clock/until-aborted.ts';
import type { Logger } from '../log/logger.ts';
import type { Runnable } from '../manager/runnable.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { queueMetrics } from '../queue/queue-metrics.ts';
import { WorkQueue } from '../queue/work-queue.ts';
import { controllerMetrics } from './controller-metrics.ts';
import type { ControllerMetrics, Outcome } from './controller-metrics.ts';
import { isTerminal } from './result.ts';
import type { ReconcileContext, Result } from './result.ts';

export interface ControllerOptions<K extends string> {
  /** On log lines and metrics. */
  readonly name: string;
  /** Brings the world for one key closer to what its object asks for. Never runs twice at once for a key. */
  readonly reconcile: (key: K, context: ReconcileContext) => Promise<Result | void>;
  /** How many keys are worked on at once; 1 when absent. */
  readonly workers?: number | undefined;
  /** Delay after a failure in milliseconds, doubled with each in a row; 20 ms to 5 min when absent. */
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number } | undefined;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly clock?: Clock | undefined;
}

const DEFAULT_BACKOFF = { baseMs: 20, maxMs: 300_000 };
/** A reconcile whose signal is aborted has this long to end before it is left behind. */
const ABANDON_MS = 1_000;
/** Why nobody has to wait for a reconcile any more. Without a reason of its own, each would make an exception with its stack. */
const OVER = 'the reconcile is over';

/**
 * Turns changes into reconciles: informers bring keys, a queue keeps each key once, workers reconcile.
 * An error is retried with back-off, no sooner than the API server asked; a TerminalError is not, until the object
 * changes. Success forgets earlier failures. Whatever a reconcile throws ends that reconcile only.
 */
export class Controller<K extends string = string> implements Runnable {
  readonly name: string;
  readonly leaderOnly = true;
  readonly #options: ControllerOptions<K>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #queue: WorkQueue<K>;
  readonly #metrics: ControllerMetrics;
  #started = false;

  constructor(options: ControllerOptions<K>) {
    const { name, workers = 1, backoff = DEFAULT_BACKOFF, clock = systemClock } = options;
    const metrics = options.metrics ?? createMetrics({ processMetrics: false });
    this.name = name;
    this.#options = options;
    this.#clock = clock;
    this.#logger = options.logger.child({ controller: name });
    this.#queue = new WorkQueue<K>({ clock, backoff, metrics: queueMetrics(metrics, name, clock) });
    this.#metrics = controllerMetrics(metrics, name, workers);
  }

  /** Enqueues the keys that `toKeys` gives for each change of the informer's objects; a deleted object comes last known. */
  watch<T extends KubeObject>(
    informer: Pick<Informer<T>, 'onEvent'>,
    toKeys: (object: T, old?: T) => Iterable<K>,
  ): this {
    informer.onEvent(({ object, old }) => {
      for (const key of old === undefined ? toKeys(object) : toKeys(object, old)) this.#queue.add(key);
    });
    return this;
  }

  /** Reconciles the key soon. */
  enqueue(key: K): void {
    this.#queue.add(key);
  }

  /** Reconciles the key in `ms` milliseconds; of several times the earliest counts. */
  enqueueAfter(key: K, ms: number): void {
    this.#queue.addAfter(key, ms);
  }

  /**
   * Works until `signal` is aborted, then lets the running reconciles finish and resolves. When `kill` is aborted, their
   * signals are, and one that does not end even then is left behind.
   * @throws Error when it is started twice.
   */
  async start(signal: AbortSignal, kill: AbortSignal = signal): Promise<void> {
    if (this.#started) throw new Error(`Controller ${this.name} has been started before`);
    this.#started = true;
    const stop = (): void => this.#queue.stop();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    await Promise.all(Array.from({ length: this.#options.workers ?? 1 }, () => this.#work(kill)));
  }

  async #work(kill: AbortSignal): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      try {
        await this.#process(key, kill);
      } finally {
        this.#queue.done(key);
      }
    }
  }

  async #process(key: K, kill: AbortSignal): Promise<void> {
    const reconcileId = randomUUID();
    const logger = this.#logger.child({ key, reconcileId });
    const context = { signal: kill, logger, reconcileId, attempt: this.#queue.failures(key) };
    const start = this.#clock.monotonic();
    this.#metrics.began();
    const outcome = await this.#run(key, context).then(
      result => this.#succeeded(key, result),
      (error: unknown) => this.#failed(key, error, context),
    );
    this.#metrics.ended(outcome, this.#clock.monotonic() - start);
  }

  /** The reconcile, or a failure when it does not end although it was told to. */
  async #run(key: K, context: ReconcileContext): Promise<Result | void> {
    const { signal } = context;
    const over = new AbortController();
    // Async, so that what a reconcile throws before it has become a promise is a rejection like any other.
    const reconcile = async (): Promise<Result | void> => this.#options.reconcile(key, context);
    try {
      return await Promise.race([reconcile(), this.#abandoned(signal, over.signal)]);
    } finally {
      over.abort(OVER);
    }
  }

  /** Rejects when the reconcile is not `over` some time after it was told to end. */
  async #abandoned(told: AbortSignal, over: AbortSignal): Promise<never> {
    await untilAborted(told, over);
    await sleep(this.#clock, ABANDON_MS, over);
    throw new Error(`the reconcile did not end within ${ABANDON_MS} ms`);
  }

  #succeeded(key: K, result: Result | void): Outcome {
    const ms = result?.requeueAfterMs;
    if (ms === undefined) {
      this.#queue.forget(key);
      return 'success';
    }
    if (ms > 0) {
      this.#queue.forget(key);
      this.#queue.addAfter(key, ms);
      return 'requeue_after';
    }
    // "At once" again and again would be a loop.
    this.#queue.retry(key);
    return 'requeue';
  }

  #failed(key: K, error: unknown, { signal, logger, attempt }: ReconcileContext): Outcome {
    if (signal.aborted) {
      logger.info('Reconcile was cut short by the end of the process', { error });
      return 'error';
    }
    if (isTerminal(error)) {
      logger.error('Reconcile failed for good; the object must change', { error });
      this.#metrics.terminalError();
      this.#queue.forget(key);
      return 'error';
    }
    // A conflict says that a newer version is on its way, which is how optimistic locks are meant to work.
    if (isConflict(error)) logger.info('Reconcile met a newer version', { error: error.message, attempt });
    else logger.error('Reconcile failed', { error, attempt });
    this.#queue.retry(key, isApiError(error) ? error.retryAfterMs : 0);
    return 'error';
  }
}
