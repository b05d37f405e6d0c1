import type { StatefulSet } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { nodeProgress } from '../nodes/node-progress.ts';
import type { Observed } from '../observed.ts';
import { missingInputs } from '../observe/missing-inputs.ts';
import { templateDigest } from '../workload/template-digest.ts';

/** Whether the workload may be brought to what is wanted now. */
export type RolloutDecision =
  | { readonly go: true; readonly kind: 'create' | 'keep' | 'live' | 'inPlace' | 'onNewNodes' }
  /** Nothing is changed yet: the pods that run would be lost while new ones could not be placed. */
  | { readonly go: false; readonly kind: 'create' | 'rollout'; readonly reason: string; readonly message: string };

/**
 * Decides on the workload. A first one waits until its nodes can take pods: a pod that was refused once waits out a back-off, and one
 * that stays pending makes a cluster autoscaler add nodes of its own. A new pod template waits for as long as its pods could not be
 * placed. What stays the same is always kept up to date.
 * @param desired as it is rendered, with the digest annotation
 */
export function decideRollout(observed: Observed, plan: Plan, desired: StatefulSet): RolloutDecision {
  const live = observed.statefulSet;
  const obstacle = obstacleTo(observed, plan);
  if (!live) return obstacle ? { go: false, kind: 'create', ...obstacle } : { go: true, kind: 'create' };
  if (templateDigest(live) === templateDigest(desired)) return { go: true, kind: 'keep' };
  if (obstacle) return { go: false, kind: 'rollout', ...obstacle };
  return { go: true, kind: isOnItsNodes(observed, plan) ? 'inPlace' : 'onNewNodes' };
}

/** What keeps new pods from running. */
export interface Obstacle {
  readonly reason: string;
  readonly message: string;
}

/** Why pods that are made now could not run; undefined where they could. */
export function obstacleTo(observed: Observed, plan: Plan): Obstacle | undefined {
  return missingInput(observed) ?? missingNodes(observed, plan);
}

function missingInput(observed: Observed): Obstacle | undefined {
  const [missing] = missingInputs(observed);
  return missing && { reason: missing.code, message: missing.message };
}

function missingNodes({ nodes }: Observed, plan: Plan): Obstacle | undefined {
  const progress = nodeProgress(nodes, plan);
  if (progress.enough) return undefined;
  const { count, instanceType } = plan.nodes;
  const counted = `${progress.schedulable.length} of ${count} ${instanceType ? `${instanceType} ` : ''}nodes can take pods`;
  const kept = progress.ready.filter(node => node.taints.length > 0 || node.cordoned);
  const why = kept.map(
    ({ name, taints, cordoned }) => `${name} ${cordoned ? 'is cordoned' : `has taint ${taints.join(', ')}`}`,
  );
  return { reason: 'NodesNotSchedulable', message: [counted, ...why].join('; ') };
}

/** Whether the pods that run stand on nodes that the plan wants too, so that an old one must go before the new one comes. */
function isOnItsNodes({ pods, nodes }: Observed, plan: Plan): boolean {
  const wanted = new Set(nodeProgress(nodes, plan).ready.map(({ name }) => name));
  return pods.some(({ spec }) => spec?.nodeName !== undefined && wanted.has(spec.nodeName));
}
