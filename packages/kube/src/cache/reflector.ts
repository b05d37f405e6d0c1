import { ApiError, isApiError, isGone } from '../client/api-error.ts';
import type { Client, Selection, WatchEvent } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { resourceName } from '../client/resource.ts';
import type { Resource } from '../client/resource.ts';
import { backoffDelay } from '../clock/backoff.ts';
import { sleep } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import { Watchdog } from '../clock/watchdog.ts';
import type { Logger } from '../log/logger.ts';
import type { ReflectorMetrics } from './reflector-metrics.ts';

/** Where a reflector writes what it learns. */
export interface Sink<T> {
  /** The whole state at `version`. */
  replace(items: readonly T[], version: string): void;
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
  /** Nothing changed up to `version`. */
  advance(version: string): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: Client;
  readonly resource: Resource<T>;
  readonly selection: Selection;
  readonly sink: Sink<T>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: ReflectorMetrics;
}

/** client-go's reflector: 800 ms to 30 s. */
const BACKOFF = { baseMs: 800, maxMs: 30_000 };
/** A connection that lived this long was good: the next failure starts from the shortest delay again. */
const HEALTHY_MS = 10_000;
/** A watch that ends at once is refused rather than over: to come back at once would be a loop. */
const SHORT_WATCH_MS = 1_000;
/** The pause after a short watch that brought changes: no wait to speak of, and no hot loop either. */
const RESUME_MS = 50;
/** The server ends a watch after a random time in this range (client-go: five to ten minutes). */
const WATCH_SECONDS = { min: 300, max: 600 };
/** Bookmarks come about each minute; after three without anything, the connection is taken for dead. */
const SILENCE_MS = 180_000;
/** The initial events of a streaming list follow one another; a server that does not know it sends none, or no end. */
const INITIAL_SILENCE_MS = 30_000;

/**
 * Keeps a sink equal to one kind on the API server, for ever: list, then watch from there, and again after whatever
 * ends the watch. It stops only when it is told to.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  /** Where the next watch carries on; undefined when the state must be read anew. */
  #version: string | undefined;
  #streamingLists = true;
  /** Connections in a row that ended in failure. */
  #failures = 0;
  /** The state is read anew because a watch could not carry on, and no change has come since. */
  #rereading = false;
  /** The present watch, or the last one, has brought a change after its initial events. */
  #brought = false;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
  }

  /** Resolves when `signal` is aborted and nothing is open any more. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const start = this.#options.clock.monotonic();
      const error = await this.#connect(signal);
      if (signal.aborted) return;
      const livedMs = this.#options.clock.monotonic() - start;
      if (livedMs >= HEALTHY_MS) {
        this.#failures = 0;
        this.#rereading = false;
      }
      const delayMs = this.#assess(error, livedMs);
      if (delayMs > 0) await this.#pause(delayMs, signal);
    }
  }

  /** One connection, from its start to its end. The error that ended it, if one did. */
  async #connect(signal: AbortSignal): Promise<unknown> {
    try {
      if (this.#version === undefined && !this.#streamingLists) await this.#list(signal);
      await this.#watch(signal);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, resource, selection, sink, metrics } = this.#options;
    metrics.listed();
    const { items, resourceVersion } = await client.list(resource, { ...selection, signal });
    sink.replace(items, resourceVersion);
    this.#version = resourceVersion;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, resource, selection, clock, metrics } = this.#options;
    this.#brought = false;
    const own = new AbortController();
    const onAbort = (): void => own.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    // Undefined: this watch begins with the whole state (streaming list).
    const initial: T[] | undefined = this.#version === undefined ? [] : undefined;
    const watchdog = new Watchdog(clock, initial ? INITIAL_SILENCE_MS : SILENCE_MS, () => own.abort());
    metrics.watched(initial !== undefined);
    try {
      const events = client.watch(resource, {
        ...selection,
        signal: own.signal,
        timeoutSeconds: this.#watchSeconds(),
        ...(initial ? { sendInitialEvents: true } : { resourceVersion: this.#version }),
      });
      await this.#follow(events, initial, watchdog);
    } catch (error) {
      throw own.signal.aborted && !signal.aborted ? this.#silence(initial) : error;
    } finally {
      watchdog.stop();
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #follow(events: AsyncIterable<WatchEvent<T>>, initial: T[] | undefined, watchdog: Watchdog): Promise<void> {
    let state = initial;
    for await (const event of events) {
      if (state === undefined) {
        this.#take(event);
      } else if (event.type === 'BOOKMARK') {
        this.#endInitial(state, event);
        state = undefined;
      } else {
        state.push(event.object);
      }
      watchdog.heard(state ? INITIAL_SILENCE_MS : SILENCE_MS);
    }
    if (state) {
      // Without its end, a first state is no state.
      throw new ApiError({ code: 0, reason: 'NetworkError', message: 'the watch ended before its initial events did' });
    }
  }

  /** An event of a watch that is past its beginning. */
  #take(event: WatchEvent<T>): void {
    const { sink } = this.#options;
    this.#rereading = false;
    if (event.type === 'BOOKMARK') {
      sink.advance(event.resourceVersion);
      this.#version = event.resourceVersion || this.#version;
    } else {
      this.#brought = true;
      sink.change(event.type, event.object);
      this.#version = event.object.metadata.resourceVersion ?? this.#version;
    }
  }

  #endInitial(state: readonly T[], bookmark: { resourceVersion: string; initialEventsEnd: boolean }): void {
    if (!bookmark.initialEventsEnd) throw this.#streamingUnsupported('the server does not end its initial events');
    this.#options.sink.replace(state, bookmark.resourceVersion);
    this.#version = bookmark.resourceVersion;
  }

  /** What to do about the end of a connection: the delay in milliseconds before the next one. */
  #assess(error: unknown, livedMs: number): number {
    if (error === undefined && livedMs >= SHORT_WATCH_MS) return 0;
    // Under a burst the API server ends the watches of those who read too slowly: who got something goes on soon.
    if (error === undefined && this.#brought) return RESUME_MS;
    if (this.#version === undefined && this.#streamingLists && isRefusal(error)) {
      this.#streamingLists = false;
      this.#tell('debug', 'Listing page by page, because the API server refuses streaming lists', error);
      return 0;
    }
    this.#options.metrics.failed();
    if (isGone(error) || isFromTheFuture(error)) {
      this.#version = undefined;
      this.#tell('info', 'Reading the whole state again, because the watch cannot carry on', error);
      // The server is well, so there is nothing to wait for, unless a new state did not help.
      if (!this.#rereading) {
        this.#rereading = true;
        return 0;
      }
    } else if (error !== undefined) {
      this.#tell('warn', 'Watch broke off; connecting again', error);
    }
    this.#failures += 1;
    const delayMs = backoffDelay(this.#failures, { ...BACKOFF, random: this.#options.random });
    return Math.max(delayMs, retryAfter(error));
  }

  #tell(level: 'debug' | 'info' | 'warn', message: string, error: unknown): void {
    const { logger, resource } = this.#options;
    // An ApiError says in its message all that there is to know; where it was made does not matter.
    const why = isApiError(error) ? error.message : error;
    logger[level](message, { resource: resourceName(resource), error: why, failures: this.#failures });
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await sleep(this.#options.clock, ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #silence(initial: T[] | undefined): ApiError {
    if (initial && this.#version === undefined) return this.#streamingUnsupported('no initial events came');
    return new ApiError({ code: 0, reason: 'Timeout', message: 'nothing came, not even a bookmark' });
  }

  #streamingUnsupported(why: string): ApiError {
    this.#streamingLists = false;
    return new ApiError({ code: 0, reason: 'NetworkError', message: `streaming list: ${why}` });
  }

  #watchSeconds(): number {
    const { min, max } = WATCH_SECONDS;
    return Math.round(min + (max - min) * this.#options.random());
  }
}

/** How long the server asked to wait, in milliseconds. */
function retryAfter(error: unknown): number {
  return isApiError(error) ? (error.retryAfterMs ?? 0) : 0;
}

/** The server does not take streaming lists: 400 or 422 (Kubernetes API concepts, "Streaming lists"). */
function isRefusal(error: unknown): boolean {
  return isApiError(error) && (error.code === 400 || error.code === 422);
}

/** The server knows only older versions than ours: its data was restored from a backup. */
function isFromTheFuture(error: unknown): boolean {
  return isApiError(error) && error.causes.some(({ reason }) => reason === 'ResourceVersionTooLarge');
}
