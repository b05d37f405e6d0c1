import { isTrue, labels, taints } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import type { ObservedNode } from '../observed.ts';
import { isForGpus } from './for-gpus.ts';
import { isPlannedCapacity, scaleSetPriority } from './planned-size.ts';

/** The resource that NVIDIA's device plugin announces once a node's GPUs can be used. */
export const gpuResource = 'nvidia.com/gpu';

/** What a workspace needs to know about a node. Two nodes with equal facts are the same to it. */
export interface NodeFacts {
  readonly name: string;
  readonly ready: boolean;
  /** Of the resource that pods of the plan ask for. */
  readonly gpus: number;
  /** Taints that keep the pods of the plan away, as `key:effect`. */
  readonly taints: readonly string[];
  readonly cordoned: boolean;
}

/** How far the nodes of a workspace are. */
export interface NodeProgress {
  /** Names of all its nodes, sorted. */
  readonly names: readonly string[];
  /** Ready, of the right size, and their GPUs can be used. */
  readonly ready: readonly NodeFacts[];
  /** Ready but for the GPUs. */
  readonly withoutGpus: readonly NodeFacts[];
  /** Ready, and pods can be placed there. */
  readonly schedulable: readonly NodeFacts[];
  /** Whether there are as many of those as are wanted. */
  readonly enough: boolean;
}

/** The resource by which the pods of a plan ask for GPUs or slices of them. */
export function resourceOf(plan: Plan): string {
  const partition = plan.job === 'inference' ? plan.server.partition : undefined;
  return partition?.mode === 'mig' ? `nvidia.com/mig-${partition.profile}` : gpuResource;
}

/** Reads the facts of a node that count for a plan. A node that is being deleted is not ready. */
export function nodeFacts(node: Node, plan: Plan): NodeFacts {
  return {
    name: node.metadata.name,
    ready: isTrue(node, 'Ready') && node.metadata.deletionTimestamp === undefined,
    gpus: Number(node.status?.allocatable?.[resourceOf(plan)] ?? 0),
    taints: repellingTaints(node, plan),
    cordoned: node.spec?.unschedulable === true,
  };
}

/** Sorts the nodes of a workspace by how far they are. Nodes that nobody has reserved yet do not count. */
export function nodeProgress(observed: readonly ObservedNode[], plan: Plan): NodeProgress {
  const own = observed.filter(({ tie }) => tie !== 'free');
  const joined = own
    .filter(entry => hasWantedSize(entry, plan))
    .map(({ node }) => nodeFacts(node, plan))
    .filter(node => node.ready);
  const ready = joined.filter(({ gpus }) => gpus >= plan.nodes.gpus);
  const schedulable = ready.filter(node => node.taints.length === 0 && !node.cordoned);
  return {
    names: own.map(({ node }) => node.metadata.name).toSorted(),
    ready,
    withoutGpus: joined.filter(({ gpus }) => gpus < plan.nodes.gpus),
    schedulable,
    enough: schedulable.length >= plan.nodes.count,
  };
}

/**
 * Any size will do where the plan names none. Of nodes that were made for an earlier size, those that differ by nothing but being spot are
 * of another size too. How the nodes that users bring are paid for is their business.
 */
function hasWantedSize({ node, tie }: ObservedNode, plan: Plan): boolean {
  const wanted = plan.nodes.instanceType.toLowerCase();
  if (wanted === '') return true;
  if (node.metadata.labels?.[labels.instanceType]?.toLowerCase() !== wanted) return false;
  return tie === 'brought' || isPlannedCapacity(node, plan);
}

/** Pods tolerate the taints of GPU nodes where they are for GPUs, and that of spot where spot was asked for. */
function repellingTaints({ spec }: Node, plan: Plan): readonly string[] {
  const forGpus = isForGpus(plan);
  const tolerated = [
    ...(forGpus ? [taints.gpu.key, gpuResource] : []),
    ...(plan.nodes.capacityType === 'spot' ? [scaleSetPriority] : []),
  ];
  return (
    (spec?.taints ?? [])
      .filter(({ key, effect }) => effect !== 'PreferNoSchedule' && !tolerated.includes(key))
      .filter(({ key }) => !(forGpus && key.startsWith('nvidia.com/mig-')))
      // Cordoning shows as a taint too, and is told apart.
      .filter(({ key }) => key !== 'node.kubernetes.io/unschedulable')
      .map(({ key, effect }) => `${key}:${effect}`)
  );
}
