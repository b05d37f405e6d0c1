import { access, copyFile, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../error-text.ts';
import { goModuleFolder } from '../binaries/go-build.ts';
import { readCustomResources } from '../control-plane/custom-resources.ts';

const MODULE = 'sigs.k8s.io/karpenter';
/** Where the module keeps its CustomResourceDefinitions: Karpenter's own, and those of the kwok provider. */
const FOLDERS = ['pkg/apis/crds', 'kwok/apis/crds'] as const;
/** A stack has its own of this kind, the one that users install. */
const OURS = 'nodeclaims.karpenter.sh';

/**
 * Karpenter's CustomResourceDefinitions but for NodeClaim, from the source that the program was built from; kept beside the program, so
 * that Go is asked once.
 * @param program path of the built program
 * @throws Error when they are not there yet and Go cannot be asked
 */
export async function karpenterCustomResources(
  program: string,
  signal?: AbortSignal,
): ReturnType<typeof readCustomResources> {
  const folder = join(dirname(program), 'crds');
  if (!(await isThere(folder))) await copyFromSource(folder, signal);
  const definitions = await readCustomResources(folder);
  return definitions.filter(({ metadata }) => metadata.name !== OURS);
}

/** The folder appears whole or not at all, and of several processes that make it one is the first. */
async function copyFromSource(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const source = await goModuleFolder('karpenter', MODULE, { signal });
  const work = await mkdtemp(`${folder}-`);
  try {
    await Promise.all(FOLDERS.map(part => copyYaml(join(source, part), work)));
    await rename(work, folder).catch((error: unknown) => {
      if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function copyYaml(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).filter(name => name.endsWith('.yaml'));
  await Promise.all(names.map(name => copyFile(join(from, name), join(to, name))));
}

async function isThere(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}
