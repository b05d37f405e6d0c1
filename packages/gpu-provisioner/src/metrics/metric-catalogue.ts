import { describeMetrics, systemClock } from '@kaito/kube';
import type { MetricDescription, Metrics } from '@kaito/kube';
import { CollectionMetrics } from '../controllers/garbage-collection/collection-metrics.ts';
import { DisruptionMetrics } from '../controllers/disruption-metrics.ts';
import { RepairMetrics } from '../controllers/repair/repair-metrics.ts';
import { ProvisionerMetrics } from '../metrics.ts';
import { OfferingMemory } from '../offerings/offering-memory.ts';
import { OfferingMetrics } from '../offerings/offering-metrics.ts';
import { QuotaMetrics } from '../quota/quota-metrics.ts';
import { CloudProviderMetrics } from './cloud-provider-metrics.ts';
import { FleetMetrics } from './fleet-metrics.ts';

/** Everything that registers metrics of the provisioner; what it reads at a scrape is never asked for. */
const sources: readonly ((metrics: Metrics) => unknown)[] = [
  metrics => new ProvisionerMetrics(metrics),
  metrics => new CloudProviderMetrics(metrics, systemClock),
  metrics => new FleetMetrics(metrics, { claims: { Machine: none, NodeClaim: none }, poller: { inFlight: () => 0 } }),
  metrics => new OfferingMetrics(metrics, new OfferingMemory({ lifetimes: noTime, clock: systemClock }), systemClock),
  metrics => new DisruptionMetrics(metrics),
  metrics => new CollectionMetrics(metrics),
  metrics => new RepairMetrics(metrics),
  metrics => new QuotaMetrics(metrics, () => ({ counters: [], poolStates: [], poolsLimit: 0, waitingClaims: 0 })),
];

const noTime = { capacityMs: 0, quotaMs: 0, skuMs: 0 };
const none = { list: () => [] };

/** The metrics of the provisioner itself, by name. Those of the kernel have the names of controller-runtime and client-go. */
export function describeProvisionerMetrics(): readonly MetricDescription[] {
  return describeMetrics(sources);
}
