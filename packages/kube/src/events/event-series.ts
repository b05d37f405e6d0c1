import { createHash } from 'node:crypto';
import type { KubeObject } from '../client/object.ts';

/** What is known of an event that was recorded before. */
export interface Series {
  /** Name of the Event object; undefined until it exists. */
  name: string | undefined;
  count: number;
  /** When it was recorded last and not dropped, in milliseconds of the clock's `now`. */
  recordedAt: number;
}

/** Repeats within this time are dropped (as Karpenter's recorder does). */
const QUIET_MS = 120_000;
/** The API server removes Events after an hour by default (--event-ttl), so older series are of no use. */
const FORGET_MS = 3_600_000;
const MAX_SERIES = 4096;

/** Remembers which events were recorded, to drop repeats and to count the later ones. Bounded in time and number. */
export class EventSeries {
  /** In the order of `recordedAt`, oldest first. */
  readonly #series = new Map<string, Series>();

  /** The series that the event belongs to now, or undefined when it is a repeat that comes too soon. */
  next(key: string, now: number): Series | undefined {
    this.#forgetOld(now);
    const known = this.#series.get(key);
    if (known && now - known.recordedAt < QUIET_MS) return undefined;
    const series = known ?? { name: undefined, count: 0, recordedAt: now };
    series.count += 1;
    series.recordedAt = now;
    this.#series.delete(key);
    this.#series.set(key, series);
    return series;
  }

  #forgetOld(now: number): void {
    for (const [key, { recordedAt }] of this.#series) {
      if (this.#series.size < MAX_SERIES && now - recordedAt < FORGET_MS) return;
      this.#series.delete(key);
    }
  }
}

/** What makes two events the same. */
export function seriesKey(object: KubeObject, parts: readonly string[]): string {
  const { uid, namespace, name } = object.metadata;
  const digest = createHash('sha256').update(JSON.stringify([object.kind, uid, namespace, name, ...parts]));
  return digest.digest('hex');
}
