import { labels } from '@kaito/crds';
import type { Counter, Metrics } from '@kaito/kube';
import type { Claim } from '../claims/claim.ts';

/** Why a claim that nobody asked to delete was deleted (Karpenter's wording of the reasons). */
export type DisruptionReason =
  'garbage_collected' | 'expired' | 'insufficient_capacity' | 'launch_timeout' | 'registration_timeout';

/** Counts the claims that the provisioner itself deletes, as Karpenter does. */
export class DisruptionMetrics {
  readonly #disrupted: Counter<'reason' | 'nodepool' | 'capacity_type'>;

  constructor(metrics: Metrics) {
    this.#disrupted = metrics.counter({
      name: 'karpenter_nodeclaims_disrupted_total',
      help: 'Claims that the provisioner deleted on its own, by the reason.',
      labels: ['reason', 'nodepool', 'capacity_type'],
    });
  }

  disrupted(claim: Claim, reason: DisruptionReason): void {
    this.#disrupted.inc({ reason, ...placeOf(claim) });
  }
}

/** Karpenter's labels for where a claim belongs; empty where the claim does not say. */
export function placeOf({ labels: own }: Claim): { readonly nodepool: string; readonly capacity_type: string } {
  return {
    nodepool: own[labels.nodePool] ?? own[labels.provisionerName] ?? '',
    capacity_type: own[labels.capacityType] ?? '',
  };
}
