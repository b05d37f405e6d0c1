/** What the stack waits for. */
export type ProgressPhase =
  /** Looking for an installed program. */
  | 'path'
  /** Taken from the cache. */
  | 'cache'
  /** Fetching an official release. */
  | 'download'
  /** Building from source, or bundling one of our own. */
  | 'build'
  /** The program lies ready on disk. */
  | 'ready'
  /** A process was started and does not answer yet. */
  | 'start'
  /** The process answers. */
  | 'up';

/** One step of preparing or starting the stack, for people to read. */
export interface ProgressEvent {
  /** The program or part concerned, such as `kube-apiserver`. */
  readonly name: string;
  readonly phase: ProgressPhase;
  readonly detail: string;
  /** 0 to 100, where it is known. */
  readonly percent?: number;
}

export type OnProgress = (event: ProgressEvent) => void;
