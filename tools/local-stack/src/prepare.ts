import { messageOf } from './error-text.ts';
import { APPS } from './apps/bundle.ts';
import { bundleApps } from './apps/bundle-apps.ts';
import { ensureBinaries, type BinaryPaths } from './binaries/ensure-binaries.ts';
import { BINARY_NAMES, OPTIONAL_BINARY_NAMES, type BinaryName } from './binaries/catalogue.ts';
import { printProgress } from './print-progress.ts';
import { endOrphans } from './processes/end-orphans.ts';
import type { OnProgress } from './progress.ts';
import { runsDir } from './stack/run.ts';

export interface PrepareOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** Which programs, beside our own; those of a stack when absent. */
  readonly binaries?: readonly BinaryName[];
}

/**
 * Makes sure of everything that a stack needs on disk: the programs of the control plane, and bundles of our own apps
 * that are up to date. Ends what is left of runs whose owner was killed.
 * @returns where the programs are.
 * @throws with what is missing and what to do about it.
 */
export async function prepare({
  onProgress = () => undefined,
  signal,
  binaries = BINARY_NAMES,
}: PrepareOptions = {}): Promise<BinaryPaths> {
  for (const orphan of await endOrphans(runsDir()))
    onProgress({ name: orphan, phase: 'ready', detail: 'of an earlier run, ended' });
  const [paths] = await Promise.all([
    ensureBinaries(binaries, { onProgress, signal }),
    bundleApps(APPS, { onProgress, signal }),
  ]);
  return paths;
}

if (import.meta.main) {
  try {
    // Tests run this, and need what no stack runs by itself.
    const names = [...BINARY_NAMES, ...OPTIONAL_BINARY_NAMES];
    await prepare({ onProgress: printProgress(process.stderr), binaries: names });
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
