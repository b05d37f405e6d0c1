import { isTrue, labels, taints } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Plan } from '@kaito/planner';

/** The resource that NVIDIA's device plugin announces once a node's GPUs can be used. */
const gpuResource = 'nvidia.com/gpu';

/** What a workspace needs to know about a node. Two nodes with equal facts are the same to it. */
export interface NodeFacts {
  readonly name: string;
  readonly instanceType: string;
  readonly ready: boolean;
  readonly gpus: number;
  /** Taints that keep the pods of a workspace away, as `key:effect`. */
  readonly taints: readonly string[];
}

/** How far the nodes of a workspace are. */
export interface NodeProgress {
  /** Names of all its nodes, sorted. */
  readonly names: readonly string[];
  /** Ready, of the right size, and their GPUs can be used. */
  readonly ready: readonly NodeFacts[];
  /** Ready but for the GPUs. */
  readonly withoutGpus: readonly NodeFacts[];
  /** Whether pods can be placed on as many nodes as are wanted. */
  readonly schedulable: boolean;
}

/** Reads the facts of a node. A node that is being deleted is not ready. */
export function nodeFacts(node: Node): NodeFacts {
  return {
    name: node.metadata.name,
    instanceType: node.metadata.labels?.[labels.instanceType] ?? '',
    ready: isTrue(node, 'Ready') && node.metadata.deletionTimestamp === undefined,
    gpus: Number(node.status?.allocatable?.[gpuResource] ?? 0),
    taints: repellingTaints(node),
  };
}

/** Compares what a workspace needs to know; a heartbeat, for one, changes nothing. */
export function sameFacts(a: Node, b: Node): boolean {
  return JSON.stringify(nodeFacts(a)) === JSON.stringify(nodeFacts(b));
}

/** Sorts the nodes of a workspace by how far they are. */
export function nodeProgress(nodes: readonly NodeFacts[], plan: Plan): NodeProgress {
  const wanted = plan.instanceType.toLowerCase();
  const joined = nodes.filter(({ ready, instanceType }) => ready && instanceType.toLowerCase() === wanted);
  const ready = joined.filter(({ gpus }) => gpus >= plan.gpusPerPod);
  return {
    names: nodes.map(({ name }) => name).toSorted(),
    ready,
    withoutGpus: joined.filter(({ gpus }) => gpus < plan.gpusPerPod),
    schedulable: ready.filter(node => node.taints.length === 0).length >= plan.nodeCount,
  };
}

/** Pods of a workspace tolerate the taint of its nodes and NVIDIA's; any other that forbids scheduling keeps them away. */
function repellingTaints({ spec }: Node): readonly string[] {
  return (spec?.taints ?? [])
    .filter(({ key, effect }) => effect !== 'PreferNoSchedule' && key !== taints.gpu.key && key !== gpuResource)
    .map(({ key, effect }) => `${key}:${effect}`);
}
