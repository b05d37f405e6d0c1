import { annotations, taints } from '@kaito/crds';
import type { Pod } from '@kaito/kube';
import { timeOf } from '../../claims/claim.ts';
import { parseDuration } from '../../claims/duration.ts';

/** What a drain has to do next. All lists are of pods on the node. */
export interface DrainPlan {
  /** To be asked to leave; a disruption budget may say no. */
  readonly evict: readonly Pod[];
  /** Their turn has come, but they ask not to be disrupted. */
  readonly spared: readonly Pod[];
  /** Out of time: to be deleted whatever budgets and annotations say. */
  readonly remove: readonly Pod[];
  /** Everything that the drain still waits for, all of the above included; empty when the node is drained. */
  readonly waitingFor: readonly Pod[];
  /** When the plan changes by itself, in epoch milliseconds; undefined when it does not. */
  readonly changesAt: number | undefined;
}

/** A pod that is still terminating so long after its time is given up: its kubelet is gone (Karpenter). */
const STUCK_MS = 60_000;
/** Kubernetes API default of a pod's termination grace period. */
const DEFAULT_GRACE_SECONDS = 30;
/** The least grace that a deletion gives: with 0 the pod would be gone from the API while it still runs (Kubernetes docs). */
const MIN_GRACE_MS = 1000;
const CRITICAL_CLASSES = ['system-cluster-critical', 'system-node-critical'];
/** Priorities from here on are the system's own (Kubernetes API, HighestUserDefinablePriority is 1,000,000,000). */
const CRITICAL_PRIORITY = 2_000_000_000;
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/**
 * Plans the drain of a node in Karpenter's order: pods that are not critical first, critical ones when those have gone, and
 * of either the DaemonSets' last. Pods that stay by nature are not waited for: static ones, those that tolerate the taint
 * of a leaving node, those that have ended, and those whose end is long overdue.
 * @param now epoch milliseconds
 * @param deadline when the claim's grace period ends; without it, pods that must not be disrupted are waited for
 */
export function drainPlan(pods: readonly Pod[], now: number, deadline: number | undefined): DrainPlan {
  const waitingFor = pods.filter(pod => !hasEnded(pod) && isDrainable(pod, now));
  const remove = waitingFor.filter(pod => isOutOfTime(pod, now, deadline));
  const graceful = waitingFor.filter(pod => !remove.includes(pod));
  const first = Math.min(...graceful.map(rankOf));
  const turn = graceful.filter(pod => rankOf(pod) === first && !isTerminating(pod));
  const spared = turn.filter(pod => mustNotBeDisrupted(pod, now));
  const evict = turn.filter(pod => !spared.includes(pod));
  const moments = waitingFor.flatMap(pod => momentsOf(pod, deadline)).filter(time => time > now);
  return { evict, spared, remove, waitingFor, changesAt: moments.length > 0 ? Math.min(...moments) : undefined };
}

/** Whether a drain makes the pod leave. One that does not keeps its volumes as long as the node stands. `now` in epoch milliseconds. */
export function isDrainable(pod: Pod, now: number): boolean {
  return !isStatic(pod) && !toleratesDisruption(pod) && !isStuck(pod, now);
}

function isStatic({ metadata }: Pod): boolean {
  const ofNode = (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'Node');
  return ofNode || metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;
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

/** The pod's group in the order of the drain. */
function rankOf({ metadata, spec }: Pod): number {
  const critical =
    CRITICAL_CLASSES.includes(spec?.priorityClassName ?? '') || (spec?.priority ?? 0) >= CRITICAL_PRIORITY;
  const ofDaemonSet = (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'DaemonSet');
  return (critical ? 2 : 0) + (ofDaemonSet ? 1 : 0);
}

/** `true` protects for ever, a duration such as `10m` that long from the pod's start (Karpenter). */
function mustNotBeDisrupted(pod: Pod, now: number): boolean {
  const until = protectedUntil(pod);
  return until !== undefined && until > now;
}

/** Infinity when the pod's protection has no end; undefined when it has none. */
function protectedUntil({ metadata, status }: Pod): number | undefined {
  const { [annotations.doNotDisrupt]: disrupt, [annotations.doNotEvict]: evict } = metadata.annotations ?? {};
  if (disrupt === 'true' || evict === 'true') return Infinity;
  const duration = parseDuration(disrupt);
  if (duration === undefined || duration === 0) return undefined;
  return (timeOf(status?.startTime) ?? Infinity) + duration;
}

/** A pod is removed early enough to have its own grace within the claim's; one that goes already must not take longer than that. */
function isOutOfTime(pod: Pod, now: number, deadline: number | undefined): boolean {
  if (deadline === undefined) return false;
  const end = timeOf(pod.metadata.deletionTimestamp);
  return end === undefined ? now >= deadline - graceOf(pod) : end > Math.max(deadline, now + MIN_GRACE_MS);
}

/** How long a pod that is removed at `now` may still take, in seconds. */
export function graceAtRemoval(now: number, deadline: number | undefined): number {
  return Math.floor(Math.max((deadline ?? now) - now, MIN_GRACE_MS) / 1000);
}

function graceOf({ spec }: Pod): number {
  return (spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000;
}

/** When something about the pod changes that no watch tells of. */
function momentsOf(pod: Pod, deadline: number | undefined): readonly number[] {
  const end = timeOf(pod.metadata.deletionTimestamp);
  if (end !== undefined) return [end + STUCK_MS + 1];
  const moments = [protectedUntil(pod) ?? Infinity, deadline === undefined ? Infinity : deadline - graceOf(pod)];
  return moments.filter(time => time !== Infinity);
}
