import type { Metrics } from '@kaito/kube';
import type { Claim } from '../../claims/claim.ts';
import { placeOf } from '../disruption-metrics.ts';
import type { Ailment } from './repair-decision.ts';

/** What node repair tells Prometheus. */
export class RepairMetrics {
  readonly #repaired;
  readonly #blocked;

  constructor(metrics: Metrics) {
    this.#repaired = metrics.counter<'condition' | 'nodepool' | 'capacity_type'>({
      name: 'karpenter_nodeclaims_unhealthy_disrupted_total',
      help: 'Claims deleted because their node stayed unhealthy, by the condition of the node.',
      labels: ['condition', 'nodepool', 'capacity_type'],
    });
    this.#blocked = metrics.counter<'condition'>({
      name: 'kaito_node_repairs_blocked_total',
      help: 'Repairs that were due and did not happen because too many nodes were unhealthy at once.',
      labels: ['condition'],
    });
  }

  repaired(claim: Claim, { condition }: Ailment): void {
    this.#repaired.inc({ condition, ...placeOf(claim) });
  }

  blocked({ condition }: Ailment): void {
    this.#blocked.inc({ condition });
  }
}
