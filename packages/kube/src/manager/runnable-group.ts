import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Runnable } from './runnable.ts';

/** At least this long before time is up, runnables are told to end at once. */
const KILL_MS = 2_000;

/** Runnables that are started in steps and stopped together. */
export class RunnableGroup {
  readonly #logger: Logger;
  readonly #runnables: Runnable[] = [];
  readonly #running = new Map<Runnable, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  readonly #failure = Promise.withResolvers<never>();

  constructor(logger: Logger) {
    this.#logger = logger;
    // Whether anybody waits for it or not, a failure must not end the process before the others have stopped.
    this.#failure.promise.catch(() => {});
  }

  /** Rejects when a runnable fails or ends although it was not told to. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  add(runnable: Runnable): void {
    this.#runnables.push(runnable);
  }

  /** Starts the runnables that `which` picks. */
  start(which: (runnable: Runnable) => boolean): void {
    for (const runnable of this.#runnables.filter(which)) {
      this.#logger.debug('Starting', { runnable: runnable.name });
      this.#running.set(runnable, this.#run(runnable));
    }
  }

  /** Why the runnables that were started cannot serve. */
  notReady(): string[] {
    return [...this.#running.keys()].flatMap(runnable => {
      const ready = runnable.ready?.() ?? true;
      return ready === true ? [] : [`${runnable.name}: ${ready}`];
    });
  }

  /**
   * Tells all to stop, some time before the end of `drainMs` to end at once, and waits no longer than that. Without any
   * time, they are told to end at once, and have a moment for it. The names of those that did not end.
   */
  async stop(clock: Clock, drainMs: number): Promise<string[]> {
    this.#stop.abort(new Error('The manager is stopping'));
    const all = Promise.all(this.#running.values());
    const killAt = drainMs - Math.min(KILL_MS, drainMs / 2);
    const outOfTime = clock.setTimeout(() => this.#kill.abort(new Error('There is no time left')), killAt);
    const givenUp = Promise.withResolvers<void>();
    const last = clock.setTimeout(() => givenUp.resolve(), drainMs || KILL_MS);
    await Promise.race([all, givenUp.promise]);
    outOfTime.cancel();
    last.cancel();
    return [...this.#running.keys()].map(({ name }) => name);
  }

  /** Never rejects: a failure is told to `failed`. */
  async #run(runnable: Runnable): Promise<void> {
    try {
      await runnable.start(this.#stop.signal, this.#kill.signal);
      if (!this.#stop.signal.aborted) throw new Error('it ended without being told to');
    } catch (cause) {
      if (this.#stop.signal.aborted) {
        this.#logger.warn('Failed while stopping', { runnable: runnable.name, error: cause });
      } else {
        const message = cause instanceof Error ? cause.message : String(cause);
        this.#failure.reject(new Error(`${runnable.name} failed: ${message}`, { cause }));
      }
    } finally {
      this.#running.delete(runnable);
    }
  }
}
