import { Controller } from '@kaito/kube';
import type { Logger, Metrics } from '@kaito/kube';
import { GarbageCollector } from './collector.ts';
import type { CollectorServices } from './collector.ts';
import type { CollectionTerms } from './terms.ts';

export interface GarbageCollectionOptions {
  readonly services: CollectorServices;
  readonly terms: CollectionTerms;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** There is one fleet, and one round over it at a time. */
const FLEET = 'fleet';

/** The controller of garbage collection: a round at each interval, on the leader only. */
export function garbageCollectionController({
  services,
  terms,
  logger,
  metrics,
}: GarbageCollectionOptions): Controller {
  const collector = new GarbageCollector(services, terms);
  const controller = new Controller({
    name: 'garbage-collection',
    reconcile: (_key, context) => collector.sweep(context),
    logger,
    metrics,
    clock: services.clock,
  });
  controller.enqueue(FLEET);
  return controller;
}
