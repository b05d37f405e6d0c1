import { isTrue, workspaceConditions as types } from '@kaito/crds';
import type { Pod } from '@kaito/kube';
import type { Observed } from '../observed.ts';
import { containersOf } from './pod-trouble.ts';
import { isServing } from './serving.ts';
import { momentOf } from './timestamp.ts';

/** Something of the workspace that makes no progress, and about which others may have written Warning Events. */
export interface WarningSource {
  readonly uid: string;
  readonly namespace: string;
}

/** Pods whose Events are read; those of one workspace mostly have the same trouble. */
const maxPods = 3;
/** What takes no longer than this, in milliseconds, is not asked about. */
const patienceMs = 5000;
/** Reasons of a container that the kubelet has not begun with: volumes and network come first (kubernetes/kubernetes, pkg/kubelet). */
const notBegun: readonly string[] = ['ContainerCreating', 'PodInitializing'];

/** Whether the workload is there, does not serve, and its nodes are no reason for that: Events may tell then what no object does. */
export function isHeldUp(seen: Seen): boolean {
  return seen.statefulSet !== undefined && isTrue(seen.workspace, types.nodesReady) && !isServing(seen);
}

/**
 * Whose Events to read: the StatefulSet's while it lacks pods, and those of pods that are placed and in which nothing was begun. Whatever
 * goes wrong later stands in the status of the pod. @param now milliseconds since the epoch
 */
export function warningSources(seen: Seen, now: number): readonly WarningSource[] {
  const { statefulSet } = seen;
  if (!statefulSet || !isHeldUp(seen)) return [];
  const alive = seen.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const lacksPods = alive.length < (statefulSet.spec?.replicas ?? 1);
  const stuck = alive.filter(isPrepared).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return [...(lacksPods ? [statefulSet] : []), ...stuck.slice(0, maxPods)].flatMap(({ metadata }) => {
    const { uid, namespace, creationTimestamp } = metadata;
    const isNew = now - (momentOf(creationTimestamp) ?? 0) < patienceMs;
    return uid === undefined || namespace === undefined || isNew ? [] : [{ uid, namespace }];
  });
}

type Seen = Pick<Observed, 'workspace' | 'statefulSet' | 'service' | 'pods'>;

/** Placed on a node, where volumes and network are still being made ready. */
function isPrepared(pod: Pod): boolean {
  const waits = containersOf(pod).every(
    ({ state, lastState }) => notBegun.includes(state?.waiting?.reason ?? '') && lastState?.terminated === undefined,
  );
  return pod.spec?.nodeName !== undefined && waits;
}
