import type { Clock, EventRecorder, KubeObject, Logger } from '@kaito/kube';
import type { CollectionMetrics } from './collection-metrics.ts';
import type { Hold, HoldReason } from './holds.ts';

/** How often a hold that lasts is told again to those whom it concerns. */
const REPEAT_MS = 600_000;

export interface NoticeServices {
  readonly events: Pick<EventRecorder, 'record'>;
  readonly metrics: Pick<CollectionMetrics, 'held'>;
  readonly clock: Clock;
}

/** Tells of holds: the metric at once, the log when something changes, Events now and then. */
export class HoldNotices {
  readonly #services: NoticeServices;
  /** The holds that were in force last, and when (monotonic) their Events were recorded. */
  #known: ReadonlyMap<HoldReason, number> = new Map();

  constructor(services: NoticeServices) {
    this.#services = services;
  }

  /** @param concerned objects that stay as they are because of the holds */
  report(holds: readonly Hold[], concerned: readonly KubeObject[], logger: Logger): void {
    const { metrics, clock } = this.#services;
    metrics.held(holds);
    const now = clock.monotonic();
    const known = new Map<HoldReason, number>();
    for (const hold of holds) {
      const last = this.#known.get(hold.reason);
      if (last === undefined) logger.warn('Garbage collection holds', { reason: hold.reason, message: hold.message });
      const due = last === undefined || now - last >= REPEAT_MS;
      if (due) this.#record(hold, concerned);
      known.set(hold.reason, due && concerned.length > 0 ? now : (last ?? -Infinity));
    }
    for (const reason of this.#known.keys()) {
      if (!known.has(reason)) logger.info('Garbage collection holds no longer', { reason });
    }
    this.#known = known;
  }

  #record({ reason, message }: Hold, concerned: readonly KubeObject[]): void {
    for (const object of concerned) {
      this.#services.events.record(object, {
        type: 'Warning',
        reason: 'GarbageCollectionHeld',
        message: `Nothing is deleted for now: ${message}`,
        dedupe: [reason],
      });
    }
  }
}
