import { workspaceReasons as reasons } from '@kaito/crds';
import type { Pod } from '@kaito/kube';

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** Why pods do not serve, as reason and message of a condition. */
export interface PodTrouble {
  readonly reason: string;
  readonly message: string;
}

/** Reasons by which the kubelet says that a container waits in vain, by the reason that KAITO gives them. */
const waitingReasons: ReadonlyMap<string, string> = new Map([
  ...[
    'ImagePullBackOff',
    'ErrImagePull',
    'InvalidImageName',
    'ErrImageNeverPull',
    'ImageInspectError',
    'RegistryUnavailable',
  ].map(waiting => [waiting, reasons.imagePullError] as const),
  ...[
    'CreateContainerConfigError',
    'PreCreateHookError',
    'CreateContainerError',
    'PreStartHookError',
    'RunContainerError',
    'PostStartHookError',
  ].map(waiting => [waiting, reasons.containerStartError] as const),
  ['CrashLoopBackOff', reasons.containerCrashLoopBackOff],
]);

/** Most telling first: a container that was killed for memory also shows up as crashing. */
const severity: readonly string[] = [
  reasons.containerOomKilled,
  reasons.imagePullError,
  reasons.containerStartError,
  reasons.containerCrashLoopBackOff,
  reasons.podEvicted,
  reasons.unschedulable,
];

/** The worst trouble of a workspace's pods, if there is any that they will not get out of by waiting. */
export function podTrouble(pods: readonly Pod[]): PodTrouble | undefined {
  const troubles = pods.filter(pod => pod.metadata.deletionTimestamp === undefined).flatMap(troublesOf);
  return troubles.toSorted((a, b) => severity.indexOf(a.reason) - severity.indexOf(b.reason))[0];
}

function troublesOf(pod: Pod): readonly PodTrouble[] {
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const found = [...containers.map(containerTrouble), evictionOf(pod), schedulingTrouble(pod)];
  return found
    .filter(trouble => trouble !== undefined)
    .map(({ reason, message }) => ({ reason, message: `pod ${pod.metadata.name}: ${message}` }));
}

function containerTrouble(status: ContainerStatus): PodTrouble | undefined {
  const { name, state } = status;
  if (wasOutOfMemory(status)) {
    return { reason: reasons.containerOomKilled, message: `container ${name} was killed for lack of memory` };
  }
  const waiting = state?.waiting;
  const reason = waitingReasons.get(waiting?.reason ?? '');
  if (!waiting || !reason) return undefined;
  return { reason, message: `container ${name}: ${[waiting.reason, waiting.message].filter(Boolean).join(': ')}` };
}

/** Killed, and not running again since. */
function wasOutOfMemory({ state, lastState }: ContainerStatus): boolean {
  const ended = state?.waiting ? lastState?.terminated : state?.terminated;
  return ended?.reason === 'OOMKilled';
}

function evictionOf({ status }: Pod): PodTrouble | undefined {
  if (status?.phase !== 'Failed' || status.reason !== 'Evicted') return undefined;
  return { reason: reasons.podEvicted, message: status.message ?? 'evicted' };
}

function schedulingTrouble({ status }: Pod): PodTrouble | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (status?.phase !== 'Pending' || scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable')
    return undefined;
  return { reason: reasons.unschedulable, message: scheduled.message ?? 'no node takes it' };
}
