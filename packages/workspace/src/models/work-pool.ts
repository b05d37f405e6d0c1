/** Runs tasks, a few at a time, each at most once at a time. Tasks handle their own failures. */
export class WorkPool {
  readonly #limit: number;
  readonly #queued = new Map<string, (signal: AbortSignal) => Promise<void>>();
  readonly #running = new Map<string, Promise<void>>();
  #signal: AbortSignal | undefined;

  /** @param limit tasks that run at the same time */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Does nothing when a task of that key waits or runs. */
  add(key: string, task: (signal: AbortSignal) => Promise<void>): void {
    if (this.#queued.has(key) || this.#running.has(key)) return;
    this.#queued.set(key, task);
    this.#next();
  }

  /** Tasks run from now on until `signal` is aborted, which they get as well. Resolves when the last has ended. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    this.#next();
    if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
    await Promise.all(this.#running.values());
  }

  #next(): void {
    const signal = this.#signal;
    if (!signal || signal.aborted) return;
    for (const [key, task] of this.#queued) {
      if (this.#running.size >= this.#limit) return;
      this.#queued.delete(key);
      this.#running.set(key, this.#runOne(key, task(signal)));
    }
  }

  async #runOne(key: string, running: Promise<void>): Promise<void> {
    try {
      await running;
    } finally {
      this.#running.delete(key);
      this.#next();
    }
  }
}
