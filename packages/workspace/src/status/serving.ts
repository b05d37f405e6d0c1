import { isTrue } from '@kaito/crds';
import type { Pod, StatefulSet } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { isPlannedSize } from '../nodes/planned-size.ts';
import type { Observed } from '../observed.ts';
import { digestOf, templateDigest } from '../workload/template-digest.ts';

/** How many pods of the workload are ready, of how many. */
export interface ReadyPods {
  readonly ready: number;
  readonly wanted: number;
}

/** Counts the pods that are ready, as the StatefulSet tells it; undefined when there is none. */
export function readyPods({ statefulSet }: Pick<Observed, 'statefulSet'>): ReadyPods | undefined {
  if (!statefulSet) return undefined;
  const { spec, status } = statefulSet;
  return { ready: status?.readyReplicas ?? 0, wanted: spec?.replicas ?? 1 };
}

/**
 * Whether the workload serves with all its pods, made from the template that it has now, and clients can reach it. The StatefulSet's
 * status says so; while it is behind its spec, the pods do: another number of them must not look like an outage.
 */
export function isServing(seen: Pick<Observed, 'statefulSet' | 'service' | 'pods'>): boolean {
  const { statefulSet, service } = seen;
  const counts = readyPods(seen);
  if (!statefulSet || !service || !counts) return false;
  const { metadata, status } = statefulSet;
  const isCurrent = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  if (!isCurrent) return arePodsReady(statefulSet, seen.pods, counts.wanted);
  return counts.ready >= counts.wanted && (status?.updatedReplicas ?? 0) >= counts.wanted;
}

/** Whether each pod that the StatefulSet is to have is ready and of its template. */
function arePodsReady(statefulSet: StatefulSet, pods: readonly Pod[], wanted: number): boolean {
  const digest = templateDigest(statefulSet);
  const ready = pods.filter(
    pod => pod.metadata.deletionTimestamp === undefined && isTrue(pod, 'Ready') && digestOf(pod.metadata) === digest,
  );
  const names = new Set(ready.map(({ metadata }) => metadata.name));
  const ordinals = Array.from({ length: wanted }, (_, ordinal) => `${statefulSet.metadata.name}-${ordinal}`);
  return digest !== undefined && ordinals.every(name => names.has(name));
}

/**
 * The nodes from which a workspace is served while its plan is for another size; none where it is not, or where one of them is not ready.
 * Nodes that users bring have whatever size they have.
 */
export function movedFrom(observed: Observed, plan: Plan): readonly string[] {
  if (plan.nodes.instanceType === '' || !isServing(observed)) return [];
  const own = new Map(observed.nodes.map(entry => [entry.node.metadata.name, entry]));
  const names = [...new Set(observed.pods.flatMap(({ spec }) => spec?.nodeName ?? []))].toSorted();
  const isLeft = (name: string): boolean => {
    const entry = own.get(name);
    if (!entry || entry.tie === 'brought') return false;
    return isTrue(entry.node, 'Ready') && !isPlannedSize(entry.node, plan);
  };
  return names.every(isLeft) ? names : [];
}
