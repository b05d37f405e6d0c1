import { annotations, taints } from '@kaito/crds';
import type { Pod } from '@kaito/kube';
import { timeOf } from '../../claims/claim.ts';

/** What a drain has to do next. All lists are of pods on the node. */
export interface DrainPlan {
  /** To be asked to leave; a disruption budget may say no. */
  readonly evict: readonly Pod[];
  /** Out of time: to be deleted whatever budgets and annotations say. */
  readonly remove: readonly Pod[];
  /** Everything that the drain still waits for, the two above included; empty when the node is drained. */
  readonly waitingFor: readonly Pod[];
}

/** A pod that is still terminating so long after its time is given up: its kubelet is gone (Karpenter). */
const STUCK_MS = 60_000;
/** Kubernetes API default of a pod's termination grace period. */
const DEFAULT_GRACE_SECONDS = 30;
const CRITICAL_CLASSES = ['system-cluster-critical', 'system-node-critical'];
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/**
 * Plans the drain of a node: pods that serve users first, system pods when those have gone. Pods that stay by nature are not
 * waited for: static ones, those of DaemonSets, those that tolerate the taint of a leaving node, and those that have ended.
 * @param now epoch milliseconds
 * @param deadline when the claim's grace period ends; without it, pods that must not be disrupted are waited for
 */
export function drainPlan(pods: readonly Pod[], now: number, deadline: number | undefined): DrainPlan {
  const waitingFor = pods.filter(pod => !stays(pod) && !isStuck(pod, now));
  const remove = waitingFor.filter(pod => !isTerminating(pod) && isOutOfTime(pod, now, deadline));
  const ordinary = waitingFor.filter(pod => !isCritical(pod));
  const turn = ordinary.length > 0 ? ordinary : waitingFor;
  const evict = turn.filter(pod => !isTerminating(pod) && !remove.includes(pod) && !mustNotBeDisrupted(pod));
  return { evict, remove, waitingFor };
}

function stays(pod: Pod): boolean {
  return isMirror(pod) || isOfDaemonSet(pod) || hasEnded(pod) || toleratesDisruption(pod);
}

function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;
}

function isOfDaemonSet({ metadata }: Pod): boolean {
  return (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'DaemonSet');
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function toleratesDisruption({ spec }: Pod): boolean {
  const { key, effect } = taints.disrupted;
  return (spec?.tolerations ?? []).some(
    toleration =>
      (!toleration.effect || toleration.effect === effect) &&
      (toleration.key ? toleration.key === key : toleration.operator === 'Exists') &&
      (toleration.operator === 'Exists' || !toleration.value),
  );
}

function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** `deletionTimestamp` is when the grace period ends, not when the deletion was asked for (Kubernetes API, ObjectMeta). */
function isStuck({ metadata }: Pod, now: number): boolean {
  const end = timeOf(metadata.deletionTimestamp);
  return end !== undefined && now - end > STUCK_MS;
}

function isCritical({ spec }: Pod): boolean {
  return CRITICAL_CLASSES.includes(spec?.priorityClassName ?? '');
}

function mustNotBeDisrupted({ metadata }: Pod): boolean {
  return metadata.annotations?.[annotations.doNotDisrupt] === 'true';
}

/** A pod is removed early enough to have its own grace period within the claim's. */
function isOutOfTime({ spec }: Pod, now: number, deadline: number | undefined): boolean {
  const graceMs = (spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000;
  return deadline !== undefined && now >= deadline - graceMs;
}
