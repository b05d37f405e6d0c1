import type { Pod } from '@kaito/kube';
import type { Observed } from '../observed.ts';
import { containersOf, type ContainerStatus } from './pod-trouble.ts';

/** Whose last lines are worth reading. */
export interface LogTailRequest {
  readonly pod: string;
  readonly container: string;
  /** Of the run before the present one. */
  readonly previous: boolean;
  /** The same for as long as the container was not started again: with the same key there is nothing new to read. */
  readonly key: string;
}

/**
 * The container whose logs tell why the workspace does not serve: the first that crashes again and again. Undefined when no container
 * does, and for one that was killed for lack of memory: it had no time to say anything.
 */
export function needsLogTail({ pods }: Pick<Observed, 'pods'>): LogTailRequest | undefined {
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const sorted = alive.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return sorted.map(crashOf).find(request => request !== undefined);
}

function crashOf(pod: Pod): LogTailRequest | undefined {
  const crashed = containersOf(pod).find(hasCrashed);
  if (!crashed) return undefined;
  const { name: container, restartCount, state } = crashed;
  // The run that failed is the present one until the kubelet waits with the next, or has started it.
  const previous = state?.terminated === undefined;
  return {
    pod: pod.metadata.name,
    container,
    previous,
    key: `${pod.metadata.uid ?? pod.metadata.name}/${container}/${restartCount}`,
  };
}

/** A run that failed and was started again is told for as long as the new one has not become ready. */
function hasCrashed({ state, lastState, ready }: ContainerStatus): boolean {
  const ended = state?.terminated ?? (ready ? undefined : lastState?.terminated);
  return ended !== undefined && ended.exitCode !== 0 && ended.reason !== 'OOMKilled';
}
