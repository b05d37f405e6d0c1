import type { ContainerStatus, PlacedContainer } from './pod-parts.ts';

/** How a run of a container ended. Times are in RFC 3339. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: 'Completed' | 'Error' | 'OOMKilled' | 'StartError' | 'ContainerStatusUnknown';
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** What is known of a container at one moment. */
export interface ContainerRecord {
  readonly state:
    | { readonly waiting: { readonly reason: string; readonly message?: string } }
    | { readonly running: { readonly startedAt: string } }
    | { readonly terminated: ContainerEnd };
  readonly lastEnd?: ContainerEnd;
  readonly restartCount: number;
  /** Its startup probe has succeeded, or it has none, since it last started. */
  readonly started: boolean;
  readonly ready: boolean;
}

export const notStarted: ContainerRecord = {
  state: { waiting: { reason: 'PodInitializing' } },
  restartCount: 0,
  started: false,
  ready: false,
};

/** How it ended; undefined while it waits or runs. */
export function endOf({ state }: ContainerRecord): ContainerEnd | undefined {
  return 'terminated' in state ? state.terminated : undefined;
}

export function isRunning({ state }: ContainerRecord): boolean {
  return 'running' in state;
}

/** The record as it stands in the status of a pod. */
export function containerStatus({ container, place }: PlacedContainer, record: ContainerRecord): ContainerStatus {
  const { state, lastEnd, restartCount, started, ready } = record;
  return {
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready: place === 'init' ? endOf(record)?.exitCode === 0 : ready,
    ...(place !== 'init' && { started }),
    restartCount,
    state,
    ...(lastEnd && { lastState: { terminated: lastEnd } }),
  };
}

/** Of a process that was killed (container runtimes: 128 and the signal's number). */
const KILLED = 137;

/**
 * The record of a container whose run nobody has seen end: its node went down. It counts as killed (Kubernetes, "ContainerStatusUnknown").
 * @param now RFC 3339
 */
export function recordAfterLoss(status: ContainerStatus | undefined, now: string): ContainerRecord {
  const { state, restartCount = 0 } = status ?? {};
  const end = state?.terminated ? { ...lost(undefined, now), ...knownEnd(state.terminated) } : undefined;
  if (end) return { ...notStarted, state: { terminated: end }, restartCount };
  if (!state?.running) return { ...notStarted, restartCount };
  const terminated = lost(state.running.startedAt, now);
  return { ...notStarted, state: { terminated }, lastEnd: terminated, restartCount: restartCount + 1 };
}

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

function knownEnd({ exitCode, message, startedAt, finishedAt, reason }: Terminated): Partial<ContainerEnd> {
  return {
    exitCode,
    reason: reason === 'Completed' || reason === 'OOMKilled' ? reason : 'Error',
    ...(message !== undefined && { message }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
  };
}

function lost(startedAt: string | undefined, now: string): ContainerEnd {
  const message = 'The container could not be located when the pod was terminated';
  return { exitCode: KILLED, reason: 'ContainerStatusUnknown', message, startedAt: startedAt ?? now, finishedAt: now };
}
