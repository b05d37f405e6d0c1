import { labels } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Plan } from '@kaito/planner';

/** On spot nodes of AKS, as label and as taint (AKS docs, add a spot node pool). */
export const scaleSetPriority = 'kubernetes.azure.com/scalesetpriority';

/**
 * Whether a node has the size of the plan, in the very labels that pods go by: the instance type as Azure spells it, and for spot the
 * label that Karpenter and gpu-provisioner set, since a spot node of AKS by itself is only told from others by its taint.
 */
export function isPlannedSize(node: Node, plan: Plan): boolean {
  return node.metadata.labels?.[labels.instanceType] === plan.nodes.instanceType && isPlannedCapacity(node, plan);
}

/** Whether a node is spot where the plan says spot, and is not where it does not. */
export function isPlannedCapacity({ metadata }: Node, { nodes }: Plan): boolean {
  const own = metadata.labels ?? {};
  const isSpot = own[labels.capacityType] === 'spot';
  return nodes.capacityType === 'spot' ? isSpot : !isSpot && own[scaleSetPriority] !== 'spot';
}
