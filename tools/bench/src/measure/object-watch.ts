import { Cache, createLogger } from '@kaito/kube';
import type { Client, Informer, KubeObject, Resource } from '@kaito/kube';

export interface ObjectWatchOptions<T extends KubeObject> {
  readonly client: Client;
  /** What is timed. */
  readonly resources: readonly Resource<T>[];
  readonly isReady: (object: T) => boolean;
  /** What an object waits for, in words: for messages. */
  readonly explain: (object: T) => string;
  /** Told of every change of further kinds. Each watch costs the API server something in a burst. */
  readonly also?: readonly Listener[];
  readonly signal: AbortSignal;
}

/** Somebody who wants to see the objects of one kind. */
export interface Listener {
  watch(cache: Cache): void;
}

/** @returns a listener to the objects of a kind that are added or change. */
export function listener<T extends KubeObject>(resource: Resource<T>, see: (object: T) => void): Listener {
  return {
    watch: cache =>
      void cache.informer(resource).onEvent(({ type, object }) => {
        if (type !== 'deleted') see(object);
      }),
  };
}

/** Sees objects as they change, and notes when each was first ready and when it was gone. Times of `performance.now()`. */
export class ObjectWatch<T extends KubeObject> implements Disposable {
  readonly readyAt = new Map<string, number>();
  readonly goneAt = new Map<string, number>();
  readonly #informers: readonly Informer<T>[];
  readonly #options: ObjectWatchOptions<T>;
  readonly #end = new AbortController();
  #changes = 0;
  #wake: () => void = () => {};

  private constructor(cache: Cache, options: ObjectWatchOptions<T>) {
    this.#options = options;
    this.#informers = options.resources.map(resource => cache.informer(resource));
    for (const informer of this.#informers) {
      informer.onEvent(({ type, object }) => {
        const { name } = object.metadata;
        if (type === 'deleted') this.goneAt.set(name, performance.now());
        else if (options.isReady(object) && !this.readyAt.has(name)) this.readyAt.set(name, performance.now());
        this.#changes += 1;
        this.#wake();
      });
    }
    for (const other of options.also ?? []) other.watch(cache);
  }

  /** Starts watching; ends with the signal, or when it is disposed of. */
  static async start<T extends KubeObject>(options: ObjectWatchOptions<T>): Promise<ObjectWatch<T>> {
    const { client, signal } = options;
    const cache = new Cache({ client, logger: createLogger({ level: 'error', name: 'bench' }) });
    const watch = new ObjectWatch(cache, options);
    void cache.start(AbortSignal.any([signal, watch.#end.signal]));
    await cache.synced(signal);
    return watch;
  }

  [Symbol.dispose](): void {
    this.#end.abort(new Error('nobody looks any more'));
  }

  /** Events seen so far: it stands still when nobody writes an object. */
  get changes(): number {
    return this.#changes;
  }

  /** What the objects report, for messages: how many are in which state. */
  summary(): string {
    const { isReady, explain } = this.#options;
    const counts = new Map<string, number>();
    for (const object of this.#informers.flatMap(informer => informer.list())) {
      const state = isReady(object) ? 'ready' : explain(object);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return [...counts].map(([state, count]) => `${count} × ${state}`).join('; ');
  }

  /**
   * Resolves when `done` holds, looked at after each event.
   * @throws when it does not within `timeoutMs`, or the signal is aborted.
   */
  async until(done: () => boolean, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const deadline = AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]);
    while (!done()) {
      const event = Promise.withResolvers<void>();
      this.#wake = event.resolve;
      const stop = (): void => event.reject(new Error(`not within ${timeoutMs / 1000} s: ${this.summary()}`));
      if (deadline.aborted) stop();
      deadline.addEventListener('abort', stop, { once: true });
      await event.promise;
      deadline.removeEventListener('abort', stop);
    }
  }
}
