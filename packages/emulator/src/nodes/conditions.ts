import type { Node } from '@kaito/kube';
import type { NodeConditionPatch } from '../admin/protocol.ts';

type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number];

/** What the node controller says of a machine whose kubelet is silent (kube-controller-manager, node lifecycle). */
export const UNREACHABLE: readonly NodeConditionPatch[] = [
  {
    type: 'Ready',
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  },
];

/** What a kubelet says before its network is set up. */
export const NOT_READY: readonly [NodeConditionPatch] = [
  {
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'container runtime network not ready: cni plugin not initialized',
  },
];

/** What a kubelet says that is well. */
export const READY: readonly NodeConditionPatch[] = [
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];

/** The condition of a type among others. */
export function conditionOf<T extends { readonly type: string }>(
  conditions: readonly T[],
  type: string,
): T | undefined {
  return conditions.find(condition => condition.type === type);
}

/** A report with everything filled in. */
type WrittenCondition = Required<NodeConditionPatch> & { readonly lastHeartbeatTime: string };

/**
 * A Node's conditions after a report: others stay, the time of transition moves only with the status.
 * @param now RFC 3339.
 */
export function mergeConditions(
  before: readonly NodeCondition[],
  reported: readonly NodeConditionPatch[],
  now: string,
): { readonly all: readonly NodeCondition[]; readonly written: readonly WrittenCondition[] } {
  const others = before.filter(({ type }) => !conditionOf(reported, type));
  const written = reported.map(({ type, status, reason = type, message = '', lastTransitionTime }) => {
    const old = conditionOf(before, type);
    const moved = old?.status === status ? (old.lastTransitionTime ?? now) : now;
    return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: lastTransitionTime ?? moved };
  });
  return { all: [...others, ...written], written };
}
