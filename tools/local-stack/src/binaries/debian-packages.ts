import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../processes/file-lock.ts';
import type { OnProgress } from '../progress.ts';
import { runProgram } from './run-program.ts';
import { cacheDir } from './settings.ts';

const APT_WITHIN_MS = 300_000;

export interface DebianPackagesOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal | undefined;
  /** The folder that outlives a run; ours by default. */
  readonly cacheDir?: string;
}

/** Packages of the distribution, unpacked into a folder of ours. Nothing of the machine is changed. */
export interface DebianTree {
  readonly root: string;
  /**
   * A command line that runs what is appended to it as if the packages were installed: in a mount namespace of its own, with
   * the folder laid over /usr. Programs that call themselves again lose their environment, so a search path would not do.
   * It takes root.
   */
  readonly prefix: readonly [string, ...string[]];
}

/**
 * Makes sure of packages of a Debian or Ubuntu without installing them: apt resolves what they need beyond what the machine
 * has, and checks signatures and sums; dpkg unpacks all of that into the cache. The lists of packages are ours as well.
 * @throws CommandError with what apt or dpkg said, when there is no apt, or a package cannot be had.
 */
export async function ensureDebianPackages(
  names: readonly string[],
  { onProgress = () => undefined, signal, cacheDir: cache = cacheDir() }: DebianPackagesOptions = {},
): Promise<DebianTree> {
  const key = createHash('sha256').update(names.toSorted().join(' ')).digest('hex').slice(0, 12);
  const root = join(cache, 'debian', key);
  if (!(await exists(root))) {
    const make = async (): Promise<void> => {
      if (await exists(root)) return; // Another process made it while we waited.
      onProgress({ name: names.join(', '), phase: 'download', detail: 'packages of the distribution, not installed' });
      await unpack(names, root, { cache, signal });
    };
    await withLock(join(cache, 'debian.lock'), make, { signal });
  }
  onProgress({ name: names.join(', '), phase: 'ready', detail: root });
  return {
    root,
    prefix: ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', `${overUsr(root)}; exec "$@"`, 'sh'],
  };
}

async function unpack(
  names: readonly string[],
  root: string,
  { cache, signal }: { readonly cache: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  await mkdir(join(cache, 'debian'), { recursive: true });
  const work = await mkdtemp(join(cache, 'debian', '.work-'));
  try {
    const archives = join(work, 'archives');
    const tree = join(work, 'tree');
    await Promise.all([mkdir(archives), mkdir(tree)]);
    await download(names, { work, archives, signal });
    for (const file of await readdir(archives))
      if (file.endsWith('.deb')) await runProgram('dpkg-deb', ['-x', join(archives, file), tree], { signal });
    await rename(tree, root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface DownloadFolders {
  readonly work: string;
  readonly archives: string;
  readonly signal: AbortSignal | undefined;
}

/** By the machine's lists of packages where it has them; they may be missing or out of date, then by new ones of our own. */
async function download(names: readonly string[], { work, archives, signal }: DownloadFolders): Promise<void> {
  // Root downloads for itself: apt's own user may not write into this folder.
  const settings = ['-o', `Dir::Cache=${work}`, '-o', 'APT::Sandbox::User=root'];
  const apt = (...args: readonly string[]): Promise<string> =>
    runProgram('apt-get', [...settings, ...args], { cwd: archives, signal, timeoutMs: APT_WITHIN_MS });
  const fetch = async (): Promise<void> => {
    const missing = missingPackages(await apt('install', '--simulate', '--no-install-recommends', ...names));
    if (missing.length > 0) await apt('download', ...missing);
  };
  try {
    await fetch();
  } catch {
    signal?.throwIfAborted();
    const lists = join(work, 'lists');
    await mkdir(join(lists, 'partial'), { recursive: true });
    settings.push('-o', `Dir::State::lists=${lists}`);
    await apt('update');
    await fetch();
  }
}

/**
 * @param plan what `apt-get install --simulate` prints.
 * @returns the packages that it would install, as `name=version`.
 */
export function missingPackages(plan: string): readonly string[] {
  return [...plan.matchAll(/^Inst (\S+)(?: \[[^\]]*\])? \((\S+)/gm)].map(([, name, version]) => `${name}=${version}`);
}

/** The shell command that lays unpacked packages over /usr of the mount namespace that it runs in. */
export function overUsr(root: string): string {
  return `mount -t overlay overlay -o 'lowerdir=${join(root, 'usr')}:/usr' /usr`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
