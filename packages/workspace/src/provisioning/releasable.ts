import { labels } from '@kaito/crds';
import type { StatefulSet } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import type { Observed } from '../observed.ts';
import { askedFor } from './asked-for.ts';
import type { Stand, Stands } from './stand.ts';

/**
 * What stands for an earlier size and may go now. What never became a node goes at once. The rest goes once no pod is there, and, where
 * there is a workload, only when all nodes of the plan are ready and the workload does not ask for another size any more: a pod that
 * merely crashed must find its node again.
 */
export function releasable(observed: Observed, plan: Plan, stands: Stands): readonly Stand[] {
  const ready = [...stands.claims, ...stands.pooled, ...stands.reserved].filter(stand => stand.ready).length;
  const hasMoved = ready >= plan.nodes.count && !asksForOther(observed.statefulSet, plan);
  const isFree = hasMoved || !(observed.statefulSet ?? observed.deployment);
  return stands.former.filter(({ busy, nodeName }) => !busy && (nodeName === undefined || isFree));
}

/** Whether the pods of a workload must be on nodes of another size than the plan's. */
function asksForOther(workload: StatefulSet | undefined, { nodes }: Plan): boolean {
  const sizes = askedFor(workload, labels.instanceType).map(value => value.toLowerCase());
  if (sizes.length === 0) return false;
  const asksForSpot = askedFor(workload, labels.capacityType).includes('spot');
  return !sizes.includes(nodes.instanceType.toLowerCase()) || asksForSpot !== (nodes.capacityType === 'spot');
}
