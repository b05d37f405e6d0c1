import { Controller } from '@kaito/kube';
import type { Logger, Metrics } from '@kaito/kube';
import { hasServed } from '../fleet.ts';
import { NodeRepair } from './reconciler.ts';
import type { RepairServices } from './reconciler.ts';
import { changesHealth } from './repair-decision.ts';
import type { RepairTerms } from './repair-decision.ts';

export interface RepairOptions {
  readonly services: RepairServices;
  readonly terms: RepairTerms;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The controller of node repair: woken when a node falls ill or recovers, and by one timer for each node that is ill. */
export function repairController({ services, terms, logger, metrics }: RepairOptions): Controller {
  const repair = new NodeRepair(services, terms);
  return new Controller({
    name: 'node-repair',
    reconcile: (name, context) => repair.reconcile(name, context),
    workers: 4,
    logger,
    metrics,
    clock: services.clock,
  }).watch(services.caches.nodes, (node, old) =>
    hasServed(node) && changesHealth(node, old) ? [node.metadata.name] : [],
  );
}
