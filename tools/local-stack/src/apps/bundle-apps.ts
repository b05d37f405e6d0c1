import { join } from 'node:path';
import { CommandError, runProgram } from '../binaries/run-program.ts';
import { cacheDir } from '../binaries/settings.ts';
import { withLock } from '../processes/file-lock.ts';
import type { OnProgress } from '../progress.ts';
import { repositoryRoot } from '../repository.ts';
import type { AppName } from './bundle.ts';

export interface BundleOptions {
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Bundles apps whose sources have changed; nx knows which, and takes the others from its cache.
 * @throws with what the bundler said.
 */
export async function bundleApps(apps: readonly AppName[], { onProgress, signal }: BundleOptions): Promise<void> {
  const name = apps.join(', ');
  onProgress({ name, phase: 'build', detail: 'bundling' });
  const projects = apps.map(app => `@kaito/${app}`).join(',');
  const nx = join(repositoryRoot, 'node_modules/.bin/nx');
  const bundle = (): Promise<string> =>
    runProgram(nx, ['run-many', '-t', 'bundle', '-p', projects, '--output-style=static'], {
      cwd: repositoryRoot,
      // nx's daemon would outlive us.
      env: { ...process.env, NX_DAEMON: 'false', NODE_OPTIONS: '' },
      signal,
    });
  // Two bundlers would write the same files at once.
  await withLock(join(cacheDir(), 'bundle.lock'), bundle, { signal }).catch((error: unknown) => {
    throw error instanceof CommandError ? new Error(`${error.message}\n${error.stdout}`, { cause: error }) : error;
  });
  onProgress({ name, phase: 'ready', detail: 'bundled' });
}
