import { labels } from '@kaito/crds';
import type { Plan } from '@kaito/planner';
import { podLabels } from './ownership.ts';
import type { Affinity } from './pod-parts.ts';
import type { RenderInput } from './render-input.ts';

/** `key In [value]`, as a node selector term has it. */
export interface NodeRequirement {
  readonly key: string;
  readonly operator: 'In';
  readonly values: readonly string[];
}

/**
 * What a node must be for the pods of a workspace, in order of the keys: the user's labels, the labels of ownership, and, where nodes
 * are made for the workspace, the size of the plan. With the size in it, pods move to nodes of a new size as soon as the plan does,
 * though nodes of the old one are still there.
 */
export function nodeRequirements({ plan, podNodeLabels, mode }: RenderInput<Plan>): readonly NodeRequirement[] {
  const { instanceType, capacityType } = plan.nodes;
  const spot = capacityType === 'spot' && { [labels.capacityType]: 'spot' };
  const size: Readonly<Record<string, string>> =
    instanceType === '' ? {} : { [labels.instanceType]: instanceType, ...spot };
  return Object.entries({ ...plan.nodes.labels, ...(mode === 'auto' && size), ...podNodeLabels })
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, operator: 'In', values: [value] }));
}

/** Where the pods of a preset may run; undefined: anywhere. */
export function presetAffinity(input: RenderInput<Plan>): Affinity | undefined {
  const matchExpressions = nodeRequirements(input);
  const apart = needsNodeEach(input);
  if (matchExpressions.length === 0 && !apart) return undefined;
  return {
    ...(matchExpressions.length > 0 && {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
    }),
    ...(apart && {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: podLabels(input.workspace) }, topologyKey: labels.hostname },
        ],
      },
    }),
  };
}

/**
 * Nodes that were made for several pods get one each: two that share a node would leave one idle, and paid for. Where the GPUs alone
 * keep them apart nothing is said, so that an edit of the count leaves the pods alone that serve.
 */
function needsNodeEach({ plan, mode }: RenderInput<Plan>): boolean {
  if (mode !== 'auto' || plan.job !== 'inference') return false;
  const { replicas, podsPerCopy, gpusPerPod, partition } = plan.server;
  const couldShare = podsPerCopy > 1 || gpusPerPod * 2 <= plan.nodes.gpus;
  return couldShare && replicas <= plan.nodes.count && partition === undefined;
}
