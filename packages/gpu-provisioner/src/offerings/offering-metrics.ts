import type { FaultKind } from '@kaito/azure';
import type { Clock, Gauge, Metrics } from '@kaito/kube';
import type { Offering } from './offering.ts';
import type { OfferingMemory } from './offering-memory.ts';

type OfferingLabels = 'instance_type' | 'zone' | 'capacity_type';
type UnavailableLabels = Readonly<Record<OfferingLabels | 'reason', string>>;

/**
 * What the memory of offerings shows: `zone` is a number, `any` where AKS chooses it, `all` where it makes no difference;
 * `instance_type` is a quota family or `any` where a refusal closes more than one size.
 */
export class OfferingMetrics {
  readonly #unavailable: Gauge<OfferingLabels | 'reason'>;
  readonly #failures;
  #shown: readonly UnavailableLabels[] = [];

  constructor(metrics: Metrics, memory: OfferingMemory, clock: Pick<Clock, 'monotonic'>) {
    this.#unavailable = metrics.gauge<OfferingLabels | 'reason'>({
      name: 'kaito_offerings_unavailable',
      help: 'Offerings that are left alone because Azure refused them: 1 for as long as they are.',
      labels: ['instance_type', 'zone', 'capacity_type', 'reason'],
    });
    this.#failures = metrics.counter<OfferingLabels | 'kind'>({
      name: 'kaito_offering_failures_total',
      help: 'Launches that failed, by what was asked for and by the kind of fault.',
      labels: ['instance_type', 'zone', 'capacity_type', 'kind'],
    });
    metrics.onCollect(() => this.#collect(memory, clock.monotonic()));
  }

  /** Counts a failed launch of the offering, whatever follows from it. */
  failed({ type, zone = 'any', capacityType }: Offering, kind: FaultKind): void {
    this.#failures.inc({ instance_type: type.name, zone, capacity_type: capacityType, kind });
  }

  #collect(memory: OfferingMemory, now: number): void {
    for (const labels of this.#shown) this.#unavailable.remove(labels);
    this.#shown = memory.unavailable(now).map(({ instanceType, zone, capacityType, reason }) => ({
      instance_type: instanceType,
      zone,
      capacity_type: capacityType,
      reason,
    }));
    for (const labels of this.#shown) this.#unavailable.set(labels, 1);
  }
}
