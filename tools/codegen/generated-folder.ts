import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GeneratedFile } from './crd-files.ts';

/** How a file on disk differs from what would be made. */
export interface Drift {
  readonly path: string;
  readonly what: 'missing' | 'different' | 'stale';
}

/**
 * Compares the files of a folder with what would be made. Whatever else lies in the folder is stale.
 * @param root the root of the repository, to which all paths are relative.
 * @throws the error of the file system, except for a file that is missing.
 */
export async function findDrift(
  root: string,
  folder: string,
  files: readonly GeneratedFile[],
): Promise<readonly Drift[]> {
  const wanted = new Set(files.map(({ path }) => path));
  const present = (await listFolder(join(root, folder))).map(name => `${folder}/${name}`);
  const stale = present.filter(path => !wanted.has(path)).map((path): Drift => ({ path, what: 'stale' }));
  const changed = await Promise.all(
    files.map(async ({ path, text }): Promise<Drift[]> => {
      if (!present.includes(path)) return [{ path, what: 'missing' }];
      return (await readFile(join(root, path), 'utf8')) === text ? [] : [{ path, what: 'different' }];
    }),
  );
  return [...changed.flat(), ...stale];
}

/** Makes the folder what it should be: writes what is missing or different and removes what is stale. Returns what it did. */
export async function writeFolder(
  root: string,
  folder: string,
  files: readonly GeneratedFile[],
): Promise<readonly Drift[]> {
  const drift = await findDrift(root, folder, files);
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  await mkdir(join(root, folder), { recursive: true });
  await Promise.all(
    drift.map(async ({ path }) => {
      const text = texts.get(path);
      await (text === undefined ? rm(join(root, path)) : writeFile(join(root, path), text));
    }),
  );
  return drift;
}

async function listFolder(folder: string): Promise<readonly string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}
