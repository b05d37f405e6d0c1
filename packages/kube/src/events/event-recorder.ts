import { hostname } from 'node:os';
import { isNotFound } from '../client/api-error.ts';
import { events } from '../client/builtin-resources.ts';
import type { CoreEvent } from '../client/builtin-resources.ts';
import type { Client } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { systemClock } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../log/logger.ts';
import { cut } from './cut.ts';
import { EventSeries, seriesKey } from './event-series.ts';
import type { Series } from './event-series.ts';

export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning';
  /** UpperCamelCase, for machines. */
  readonly reason: string;
  /** For people; cut at 1,024 bytes. */
  readonly message: string;
  /** What makes this event the same as an earlier one, beside object and reason; the message when absent. */
  readonly dedupe?: readonly string[];
}

export interface EventRecorderOptions {
  readonly client: Client;
  /** Named as the source of the events. */
  readonly component: string;
  readonly clock?: Clock | undefined;
  readonly logger: Logger;
}

interface Pending {
  readonly object: KubeObject;
  readonly event: RecordedEvent;
  readonly series: Series;
  readonly key: string;
  readonly at: number;
}

/** The limit of an Event's message (Kubernetes API validation of core/v1 Event). */
const MAX_MESSAGE_BYTES = 1024;
/** More than this wait only when the API server is away; events are then the least that matters. */
const MAX_PENDING = 4_000;
/** So many events go out at once, then one after each pause: a burst of work must not be slowed down by what is told of it. */
const BURST = 10;
const PAUSE_MS = 100;
const TIMEOUT_MS = 10_000;
/** Object names have at most 253 characters, of which 17 are the suffix. */
const MAX_NAME_PREFIX = 236;

/**
 * Records Events that `kubectl describe` shows. The same event (object, reason, dedupe) within two minutes is dropped,
 * a later one raises the count of the first. Recording never waits and never fails; what cannot be written is logged.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #series = new EventSeries();
  readonly #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #dropped = 0;
  /** Somebody waits for the end: no more pauses. */
  #hurried = false;
  #endPause: () => void = () => {};

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Records an event about an object, which must have its kind and apiVersion (everything from a Client has). */
  record(object: KubeObject, event: RecordedEvent): void {
    const now = this.#clock.now();
    const key = seriesKey(object, [event.type, event.reason, ...(event.dedupe ?? [event.message])]);
    if (this.#pending.length >= MAX_PENDING) {
      this.#dropped += 1;
      return;
    }
    const series = this.#series.next(key, now);
    if (!series) return;
    this.#pending.push({ object, event, series, key, at: now });
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything recorded so far is written, or has failed. */
  async flush(): Promise<void> {
    this.#hurried = true;
    this.#endPause();
    await this.#writing;
    this.#hurried = false;
  }

  /** Writes one after the other, so that a count never overtakes its event. Never rejects. */
  async #writeAll(): Promise<void> {
    let written = 0;
    for (let next = this.#pending.shift(); next; next = this.#pending.shift()) {
      try {
        await this.#write(next);
      } catch (error) {
        const { object, event } = next;
        const about = { kind: object.kind, name: object.metadata.name, namespace: object.metadata.namespace };
        this.#options.logger.warn('Could not write an event', { ...about, reason: event.reason, error });
      }
      this.#reportDropped();
      written += 1;
      if (written >= BURST && this.#pending.length > 0) await this.#pause();
    }
    this.#writing = undefined;
  }

  async #pause(): Promise<void> {
    if (this.#hurried) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimeout(resolve, PAUSE_MS);
    this.#endPause = resolve;
    await promise;
    timer.cancel();
  }

  async #write(pending: Pending): Promise<void> {
    const { series } = pending;
    if (series.name !== undefined && (await this.#raiseCount(pending, series.name))) return;
    const written = await this.#options.client.create(events, this.#toEvent(pending), { timeoutMs: TIMEOUT_MS });
    series.name = written.metadata.name;
  }

  /** False when the event is no longer there. */
  async #raiseCount({ object, event, series, at }: Pending, name: string): Promise<boolean> {
    const patch = { count: series.count, lastTimestamp: timestamp(at), message: cut(event.message, MAX_MESSAGE_BYTES) };
    try {
      await this.#options.client.patch(events, { name, namespace: namespaceOf(object) }, patch, {
        timeoutMs: TIMEOUT_MS,
      });
      return true;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      series.count = 1;
      return false;
    }
  }

  #toEvent({ object, event, series, key, at }: Pending): CoreEvent {
    const { apiVersion, kind, metadata } = object;
    const { component } = this.#options;
    const { name, namespace, uid, resourceVersion } = metadata;
    const involved = { apiVersion, kind, name, namespace, uid, resourceVersion };
    // Unique in time as well: the event of an earlier process with the same key may still be there.
    const suffix = `${key.slice(0, 6)}${at.toString(16).padStart(10, '0').slice(-10)}`;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name.slice(0, MAX_NAME_PREFIX)}.${suffix}`, namespace: namespaceOf(object) },
      involvedObject: Object.fromEntries(Object.entries(involved).filter(([, value]) => value !== undefined)),
      type: event.type,
      reason: event.reason,
      message: cut(event.message, MAX_MESSAGE_BYTES),
      count: series.count,
      firstTimestamp: timestamp(at),
      lastTimestamp: timestamp(at),
      source: { component },
      reportingComponent: component,
      reportingInstance: hostname(),
    };
  }

  #reportDropped(): void {
    if (this.#dropped === 0 || this.#pending.length > 0) return;
    this.#options.logger.warn('Dropped events, because too many were waiting', { dropped: this.#dropped });
    this.#dropped = 0;
  }
}

/** Events about cluster-scoped objects live in `default`, where kubectl looks for them. */
function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? 'default';
}

/** metav1.Time has whole seconds. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
