import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, repositoryRoot, withLock } from '@kaito/local-stack';
import type { ImageName } from './build-image.ts';

/** What images are made from: sources that go into bundles, how they are bundled, and the stand-ins for their bases. */
const INPUTS = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  '.dockerignore',
  'tsconfig.base.json',
  'LICENSE',
  '{packages,tools}/*/{package.json,Dockerfile}',
  'packages/*/src/**/*',
  'tools/{bundle,sbom}.mjs',
  'tools/images/src/{build-image,model-context,stand-ins}.ts',
  'tools/stand-in-model/src/**/*',
  'tools/stand-in-model/{in-place-of.sh,engine/*}',
] as const;
const NOT_INPUTS = /\.(test|test-data)\.ts$/;

export interface CachedArchivesOptions {
  readonly names: readonly ImageName[];
  /** Builds one of them and writes its archive. */
  readonly build: (name: ImageName, archive: string) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

export interface CachedArchive {
  readonly name: ImageName;
  readonly archive: string;
}

/**
 * Gives OCI archives from the cache while nothing has changed that they are made from, and builds them otherwise.
 * Processes that do so at once wait for the first.
 * @throws what `build` throws; the signal's reason.
 */
export async function cachedArchives({
  names,
  build,
  signal,
}: CachedArchivesOptions): Promise<readonly CachedArchive[]> {
  const folder = join(cacheDir(), 'images', 'archives');
  await mkdir(folder, { recursive: true });
  const key = inputsKey();
  const ensure = async (name: ImageName): Promise<CachedArchive> => {
    const archive = join(folder, `${name}.tar`);
    const keyFile = join(folder, `${name}.key`);
    if (existsSync(archive) && existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key) return { name, archive };
    await rm(keyFile, { force: true });
    const work = `${archive}.work`;
    await build(name, work);
    await rename(work, archive);
    await writeFile(keyFile, key);
    return { name, archive };
  };
  const all = async (): Promise<readonly CachedArchive[]> => {
    const archives: CachedArchive[] = [];
    for (const name of names) archives.push(await ensure(name));
    return archives;
  };
  return withLock(join(folder, 'build.lock'), all, { signal });
}

function inputsKey(): string {
  const files = globSync([...INPUTS], { cwd: repositoryRoot, withFileTypes: true })
    .filter(entry => entry.isFile() && !NOT_INPUTS.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .toSorted();
  const hash = createHash('sha256').update(`${process.version} ${process.arch}\n`);
  for (const file of files)
    hash
      .update(`${file.slice(repositoryRoot.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}
