import type { OnProgress } from '@kaito/local-stack';

/** Where things are kept, and whom to tell. */
export interface FetchOptions {
  /** Folder for the engine and the weights; things appear in it whole or not at all. */
  readonly folder: string;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}
