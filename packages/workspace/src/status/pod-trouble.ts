import { workspaceReasons as reasons } from '@kaito/crds';
import type { Pod } from '@kaito/kube';

export type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** Where a pod is in trouble. */
export type TroublePlace = 'schedule' | 'image' | 'container' | 'pod';

/** Why a pod does not serve. */
export interface PodTrouble {
  readonly place: TroublePlace;
  /** In KAITO's words, for the condition. */
  readonly reason: string;
  /** In the kubelet's or the scheduler's words. */
  readonly code: string;
  readonly text: string;
  readonly pod: string;
  readonly container?: ContainerStatus;
}

/** Reasons by which the kubelet says that a container waits in vain (kubernetes/kubernetes, pkg/kubelet). */
const imageReasons: readonly string[] = [
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
];
const startReasons: readonly string[] = [
  'CreateContainerConfigError',
  'PreCreateHookError',
  'CreateContainerError',
  'PreStartHookError',
  'RunContainerError',
  'PostStartHookError',
];

/** Most telling first: a container that was killed for memory also shows up as crashing. */
const severity: readonly string[] = [
  reasons.containerOomKilled,
  reasons.imagePullError,
  reasons.containerStartError,
  reasons.containerCrashLoopBackOff,
  reasons.nodeDiskPressure,
  reasons.nodeMemoryPressure,
  reasons.podEvicted,
  reasons.unschedulable,
];

/** All troubles of a workspace's pods that they will not get out of by waiting, the most telling first, then by pod. */
export function podTroubles(pods: readonly Pod[]): readonly PodTrouble[] {
  return pods
    .filter(pod => pod.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(troublesOf)
    .toSorted((a, b) => severity.indexOf(a.reason) - severity.indexOf(b.reason));
}

/** A trouble in the message of a condition. */
export function describeTrouble({ pod, container, code, text }: PodTrouble): string {
  const where = container ? `container ${container.name}: ` : '';
  return `pod ${pod}: ${where}${[code, text].filter(Boolean).join(': ')}`;
}

/** What is known of the containers of a pod, in the order in which they start. */
export function containersOf({ status }: Pick<Pod, 'status'>): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function troublesOf(pod: Pod): readonly PodTrouble[] {
  const { name } = pod.metadata;
  const found = [...containersOf(pod).map(one => containerTrouble(name, one)), podFailure(pod), schedulingTrouble(pod)];
  return found.filter(trouble => trouble !== undefined);
}

function containerTrouble(pod: string, container: ContainerStatus): PodTrouble | undefined {
  const { reason, message: text = '' } = container.state?.waiting ?? {};
  const ended = endOf(container);
  const base = { pod, container, text };
  if (ended?.reason === 'OOMKilled') {
    const told = { code: ended.reason, text: 'killed for lack of memory' };
    return { ...base, place: 'container', reason: reasons.containerOomKilled, ...told };
  }
  const kind = waitingKind(reason);
  if (!kind) return undefined;
  const hasCrashed = kind.reason === reasons.containerCrashLoopBackOff && ended;
  return { ...base, ...kind, ...(hasCrashed && { text: crash(ended.exitCode, text) }) };
}

/** How the last run of a container that does not run ended. */
function endOf({ state, lastState }: ContainerStatus): NonNullable<ContainerStatus['state']>['terminated'] {
  return state?.waiting ? lastState?.terminated : state?.terminated;
}

function crash(exitCode: number, text: string): string {
  return `exited with exit code ${exitCode}${text && `; ${text}`}`;
}

function waitingKind(code = ''): Pick<PodTrouble, 'place' | 'reason' | 'code'> | undefined {
  if (imageReasons.includes(code)) return { place: 'image', reason: reasons.imagePullError, code };
  if (startReasons.includes(code)) return { place: 'container', reason: reasons.containerStartError, code };
  if (code !== 'CrashLoopBackOff') return undefined;
  return { place: 'container', reason: reasons.containerCrashLoopBackOff, code };
}

function podFailure({ metadata, status }: Pod): PodTrouble | undefined {
  if (status?.phase !== 'Failed' || !status.reason) return undefined;
  const { reason: code, message: text = '' } = status;
  return { place: 'pod', reason: evictionReason(text), code, text, pod: metadata.name };
}

/** KAITO tells evictions apart by these words of the kubelet. */
function evictionReason(text: string): string {
  if (/ephemeral-storage|inodes|DiskPressure/i.test(text)) return reasons.nodeDiskPressure;
  if (/low on resource: memory|MemoryPressure/i.test(text)) return reasons.nodeMemoryPressure;
  return reasons.podEvicted;
}

function schedulingTrouble({ metadata, status }: Pod): PodTrouble | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (status?.phase !== 'Pending' || scheduled?.status !== 'False') return undefined;
  const { reason: code = '', message: text = 'no node takes it' } = scheduled;
  if (code !== 'Unschedulable' && code !== 'SchedulingGated') return undefined;
  return { place: 'schedule', reason: reasons.unschedulable, code, text, pod: metadata.name };
}
