import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that is made, never edited. `path` is relative to the root of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Files that are made into one folder. */
export interface GeneratedFolder {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly files: readonly GeneratedFile[];
  /** Other files may lie beside them; otherwise those are stale. */
  readonly shared?: boolean;
}

/** How a file on disk differs from what would be made. */
export interface Drift {
  readonly path: string;
  readonly what: 'missing' | 'different' | 'stale';
}

/**
 * Compares the files of a folder with what would be made. Whatever else lies in a folder that is not shared is stale.
 * @param root the root of the repository, to which all paths are relative.
 * @throws the error of the file system, except for a file that is missing.
 */
export async function findDrift(
  root: string,
  { path: folder, files, shared = false }: GeneratedFolder,
): Promise<readonly Drift[]> {
  const wanted = new Set(files.map(({ path }) => path));
  const present = (await listFolder(join(root, folder))).map(name => `${folder}/${name}`);
  const foreign = shared ? [] : present.filter(path => !wanted.has(path));
  const stale = foreign.map((path): Drift => ({ path, what: 'stale' }));
  const changed = await Promise.all(
    files.map(async ({ path, text }): Promise<Drift[]> => {
      if (!present.includes(path)) return [{ path, what: 'missing' }];
      return (await readFile(join(root, path), 'utf8')) === text ? [] : [{ path, what: 'different' }];
    }),
  );
  return [...changed.flat(), ...stale];
}

/** Makes the folder what it should be: writes what is missing or different and removes what is stale. Returns what it did. */
export async function writeFolder(root: string, folder: GeneratedFolder): Promise<readonly Drift[]> {
  const drift = await findDrift(root, folder);
  const texts = new Map(folder.files.map(({ path, text }) => [path, text]));
  await mkdir(join(root, folder.path), { recursive: true });
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
