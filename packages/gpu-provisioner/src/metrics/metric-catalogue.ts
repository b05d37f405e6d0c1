import { systemClock } from '@kaito/kube';
import type { Counter, Gauge, Histogram, HistogramOptions, MetricOptions, Metrics } from '@kaito/kube';
import { CollectionMetrics } from '../controllers/garbage-collection/collection-metrics.ts';
import { DisruptionMetrics } from '../controllers/disruption-metrics.ts';
import { RepairMetrics } from '../controllers/repair/repair-metrics.ts';
import { ProvisionerMetrics } from '../metrics.ts';
import { OfferingMemory } from '../offerings/offering-memory.ts';
import { OfferingMetrics } from '../offerings/offering-metrics.ts';
import { QuotaMetrics } from '../quota/quota-metrics.ts';
import { CloudProviderMetrics } from './cloud-provider-metrics.ts';
import { FleetMetrics } from './fleet-metrics.ts';

/** A metric as people read of it. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

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
export function describeMetrics(): readonly MetricDescription[] {
  const recorder = new MetricRecorder();
  for (const source of sources) source(recorder);
  return [...recorder.described.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Writes down what is registered, and measures nothing. */
class MetricRecorder implements Metrics {
  readonly described = new Map<string, MetricDescription>();
  readonly contentType = 'text/plain';

  counter<L extends string>(options: MetricOptions<L>): Counter<L> {
    this.#describe('counter', options);
    return { inc: nothing };
  }

  gauge<L extends string>(options: MetricOptions<L>): Gauge<L> {
    this.#describe('gauge', options);
    return { set: nothing, inc: nothing, remove: nothing };
  }

  histogram<L extends string>(options: HistogramOptions<L>): Histogram<L> {
    this.#describe('histogram', options);
    return { observe: nothing };
  }

  onCollect(): () => void {
    return nothing;
  }

  text(): Promise<string> {
    return Promise.resolve('');
  }

  #describe(type: MetricDescription['type'], { name, help, labels = [] }: MetricOptions<string>): void {
    this.described.set(name, { name, type, labels, help });
  }
}

function nothing(): void {}
