import type { AgentPools, Cluster } from '@kaito/azure';
import type { Client, Clock, Controller, EventRecorder, Logger, Metrics } from '@kaito/kube';
import type { ProvisionerOptions } from '../config.ts';
import type { PoolPoller } from '../pools/pool-poller.ts';
import { DisruptionMetrics } from './disruption-metrics.ts';
import { expirationController } from './expiration/controller.ts';
import type { FleetCaches } from './fleet.ts';
import { CollectionMetrics } from './garbage-collection/collection-metrics.ts';
import { garbageCollectionController } from './garbage-collection/controller.ts';
import { repairController } from './repair/controller.ts';
import { RepairMetrics } from './repair/repair-metrics.ts';

/** What the process shares with those who look after the fleet. */
export interface FleetParts {
  readonly client: Client;
  readonly azure: { readonly agentPools: Pick<AgentPools, 'get' | 'delete'>; readonly cluster: Cluster };
  readonly caches: FleetCaches;
  readonly poller: Pick<PoolPoller, 'latest' | 'failure'>;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The controllers that look after the fleet as a whole, as far as the options want them. */
export function fleetControllers(parts: FleetParts, options: ProvisionerOptions): readonly Controller[] {
  const { client, caches, poller, events, clock, logger, metrics } = parts;
  const { agentPools, cluster } = parts.azure;
  const disruptions = new DisruptionMetrics(metrics);
  const shared = { client, caches, poller, cluster, events, clock };
  const collection = garbageCollectionController({
    services: { ...shared, agentPools, disruptions, metrics: new CollectionMetrics(metrics) },
    terms: {
      intervalMs: options.gcInterval,
      graceMs: options.gcGrace,
      maxPercent: options.gcMaxPercent,
      dryRun: options.gcDryRun,
      listIntervalMs: options.pollIdle,
    },
    logger,
    metrics,
  });
  const repair = (): Controller =>
    repairController({
      services: { ...shared, metrics: new RepairMetrics(metrics) },
      terms: {
        tolerationMs: options.repairToleration,
        maxPercent: options.repairMaxPercent,
        drainTimeoutMs: options.repairDrainTimeout,
      },
      logger,
      metrics,
    });
  const expiration = (): Controller =>
    expirationController({
      services: { ...shared, claims: caches.claims.NodeClaim, disruptions },
      logger,
      metrics,
    });
  return [collection, ...(options.nodeRepair ? [repair()] : []), ...(options.expireClaims ? [expiration()] : [])];
}
