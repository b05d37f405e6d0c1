import type { Observed } from '../observed.ts';

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
 * Whether the workload serves with all its pods, made from the template that it has now, by a status that is up to date with its spec,
 * and clients can reach it.
 */
export function isServing({ statefulSet, service }: Pick<Observed, 'statefulSet' | 'service'>): boolean {
  const pods = readyPods({ statefulSet });
  if (!statefulSet || !service || !pods) return false;
  const { metadata, status } = statefulSet;
  const isCurrent = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return isCurrent && pods.ready >= pods.wanted && (status?.updatedReplicas ?? 0) >= pods.wanted;
}
