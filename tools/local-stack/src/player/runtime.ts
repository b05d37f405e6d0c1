import type { ContainerEnd } from './container-record.ts';
import type { Container, Probe } from './pod-parts.ts';

/** A container that was started. */
export interface RunningContainer {
  /** RFC 3339. */
  readonly startedAt: string;
  /** Resolves when it and all that it has started are gone. Never fails. */
  readonly ended: Promise<ContainerEnd>;
  /** Asks its first process to end. */
  terminate(): void;
  /** Ends it at once. `reason`: why, as the status will say; `Error` by default. */
  kill(reason?: 'Error' | 'OOMKilled'): void;
}

/** What runs the containers of one pod; a pod's worker decides which and when. */
export interface PodRuntime {
  /** Makes the pod's volumes. @throws MissingObjectError while something that they show is not there. */
  prepare(): void;
  /**
   * Starts a container. The log of the run before becomes the previous one.
   * @throws MissingObjectError while something that its environment needs is not there.
   */
  start(container: Container): Promise<RunningContainer>;
  /** Whether the container answers as the probe wants it, within the probe's time. Never fails. */
  probe(container: Container, probe: Probe, signal: AbortSignal): Promise<boolean>;
  /** Resolves when the hook that runs before the end has ended, well or not. */
  preStop(container: Container, signal: AbortSignal): Promise<void>;
}
