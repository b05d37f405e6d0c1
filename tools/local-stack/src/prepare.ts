import { messageOf } from './error-text.ts';
import { APPS } from './apps/bundle.ts';
import { bundleApps } from './apps/bundle-apps.ts';
import { ensureBinaries, type BinaryPaths } from './binaries/ensure-binaries.ts';
import { BINARY_NAMES, OPTIONAL_BINARY_NAMES } from './binaries/catalogue.ts';
import { printProgress } from './print-progress.ts';
import { endOrphans } from './processes/end-orphans.ts';
import type { OnProgress } from './progress.ts';
import { runsDir } from './stack/run.ts';

export interface PrepareOptions {
  readonly onProgress?: OnProgress;
  /** Karpenter too, which is built from source. */
  readonly karpenter?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Makes sure of everything that a stack needs on disk: the programs of the control plane, and bundles of our own apps
 * that are up to date. Ends what is left of runs whose owner was killed.
 * @returns where the programs are.
 * @throws with what is missing and what to do about it.
 */
export async function prepare({
  onProgress = () => undefined,
  karpenter = false,
  signal,
}: PrepareOptions = {}): Promise<BinaryPaths> {
  for (const orphan of await endOrphans(runsDir()))
    onProgress({ name: orphan, phase: 'ready', detail: 'of an earlier run, ended' });
  const [paths] = await Promise.all([
    ensureBinaries([...BINARY_NAMES, ...(karpenter ? OPTIONAL_BINARY_NAMES : [])], { onProgress, signal }),
    bundleApps(APPS, { onProgress, signal }),
  ]);
  return paths;
}

if (import.meta.main) {
  try {
    await prepare({ onProgress: printProgress(process.stderr), karpenter: process.argv.includes('--karpenter') });
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
