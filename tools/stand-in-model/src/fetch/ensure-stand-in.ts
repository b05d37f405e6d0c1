import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, withLock } from '@kaito/local-stack';
import { ensureEngine } from './ensure-engine.ts';
import { ensureWeights } from './ensure-weights.ts';
import type { FetchOptions } from './fetch-options.ts';

/** What a stand-in server is started with. */
export interface StandInFiles {
  /** Folder with node-llama-cpp in its `node_modules`. */
  readonly engine: string;
  /** Path of the GGUF file. */
  readonly weights: string;
}

/**
 * Makes sure of the engine and of the weights, about 130 MB the first time. Processes that do so at once wait for the first.
 * @param options `folder` is one in the cache of the local stack when absent
 * @throws with what could not be had and why.
 */
export async function ensureStandIn(options: Partial<FetchOptions> = {}): Promise<StandInFiles> {
  const { folder = join(cacheDir(), 'stand-in-model'), onProgress = () => undefined, signal } = options;
  await mkdir(folder, { recursive: true });
  const fetchAll = async (): Promise<StandInFiles> => {
    const both = [ensureEngine({ folder, onProgress, signal }), ensureWeights({ folder, onProgress, signal })] as const;
    // One that fails does not leave the other at work behind a lock that is gone.
    await Promise.allSettled(both);
    const [engine, weights] = await Promise.all(both);
    return { engine, weights };
  };
  return withLock(join(folder, 'fetch.lock'), fetchAll, { signal });
}
