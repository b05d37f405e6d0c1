import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheDir, type OnProgress } from '@kaito/local-stack';
import { ensureStandIn } from '@kaito/stand-in-model';

/** A folder with engine and weights of the stand-in model, for `--build-context assets=<folder>`; gone when it is disposed. */
export interface ModelContext extends AsyncDisposable {
  readonly folder: string;
}

/**
 * Brings along what the Dockerfile of the stand-in model would fetch otherwise.
 * @throws with what could not be had and why.
 */
export async function modelContext(options: {
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}): Promise<ModelContext> {
  const { engine, weights } = await ensureStandIn(options);
  const images = join(cacheDir(), 'images');
  await mkdir(images, { recursive: true });
  const folder = await mkdtemp(join(images, 'model-'));
  const drop = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    for (const path of [engine, weights]) await cp(path, join(folder, basename(path)), { recursive: true });
  } catch (error) {
    await drop();
    throw error;
  }
  return { folder, [Symbol.asyncDispose]: drop };
}
