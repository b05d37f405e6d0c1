import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The adapters that a pod has mounted: folders with an `adapter_config.json`, as the images look for them.
 * @returns their names, sorted; none when there is no such folder.
 */
export async function findAdapters(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const found = await Promise.all(names.map(async name => ((await isAdapter(join(folder, name))) ? [name] : [])));
  return found.flat().toSorted();
}

async function isAdapter(folder: string): Promise<boolean> {
  return stat(join(folder, 'adapter_config.json')).then(
    file => file.isFile(),
    () => false, // No adapter: the folder may hold anything.
  );
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
