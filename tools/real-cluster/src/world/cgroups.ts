import { mkdirSync, existsSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '@kaito/local-stack';

const ROOT = '/sys/fs/cgroup';
/** How whatever a run has outside of its namespaces is called, with the id of its process behind it. */
export const PREFIX = 'kaito-real-';

/** A cgroup of our own in every v1 hierarchy, below the one that this process is in. */
export interface Cgroups {
  /** One folder for each hierarchy. */
  readonly folders: readonly string[];
  /** The names of the hierarchies, as they are mounted: `memory`, `cpu`, `systemd`. */
  readonly hierarchies: readonly Hierarchy[];
}

export interface Hierarchy {
  readonly name: string;
  /** What `mount -t cgroup` is to be told. */
  readonly options: string;
}

/** Makes cgroups for a cluster. Remove them with `removeCgroups` when nothing runs in them any more. */
export function createCgroups(id: string): Cgroups {
  const own = ownHierarchies();
  const folders = own.map(({ folder }) => join(folder, `${PREFIX}${id}`));
  for (const folder of folders) {
    mkdirSync(folder);
    inheritCpuset(folder);
  }
  return { folders, hierarchies: own.map(({ name, options }) => ({ name, options })) };
}

/** Removes what is left of clusters that ended, those with the id or, without one, all in which nothing runs. */
export function removeCgroups(id = ''): void {
  for (const { folder } of ownHierarchies())
    for (const name of readdirSync(folder))
      if (id === '' ? name.startsWith(PREFIX) : name === `${PREFIX}${id}`) removeTree(join(folder, name));
}

/** A cgroup of the cpuset hierarchy takes no process before it has CPUs and memory of its parent's. */
function inheritCpuset(folder: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const target = join(folder, file);
    if (existsSync(target)) writeFileSync(target, readFileSync(join(folder, '..', file), 'utf8').trim());
  }
  const clone = join(folder, 'cgroup.clone_children');
  if (existsSync(join(folder, 'cpuset.cpus'))) writeFileSync(clone, '1');
}

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch (error) {
    // Something runs in it: it is another cluster's.
    if (!hasCode(error, 'EBUSY')) throw error;
  }
}

function ownHierarchies(): readonly (Hierarchy & { readonly folder: string })[] {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  return lines.flatMap(line => {
    // cgroups(7): id:controllers:path
    const [, controllers = '', ...path] = line.split(':');
    if (controllers === '') return []; // cgroup v2
    const name = controllers.replace('name=', '');
    const mounted = join(ROOT, name);
    if (!existsSync(mounted)) return [];
    const folder = join(mounted, path.join(':'));
    const options = controllers.startsWith('name=') ? `none,${controllers}` : controllers;
    return [{ name, options, folder: existsSync(folder) ? folder : mounted }];
  });
}
