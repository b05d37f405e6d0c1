import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, ensureDebianPackages, runProgram, withLock, type OnProgress } from '@kaito/local-stack';

/** A program that builds images from Dockerfiles. */
export interface Builder {
  readonly name: 'docker' | 'buildah';
  /** Runs it. @returns its standard output. @throws CommandError with what it said. */
  run(args: readonly string[], signal?: AbortSignal): Promise<string>;
}

const BUILD_WITHIN_MS = 900_000;

/** docker or buildah as they are installed; undefined without one that answers. */
export async function installedBuilder(signal?: AbortSignal): Promise<Builder | undefined> {
  for (const name of ['docker', 'buildah'] as const) {
    const run: Builder['run'] = (args, stop) =>
      runProgram(name, args, { signal: stop, timeoutMs: BUILD_WITHIN_MS, wholeGroup: true });
    try {
      await run([name === 'docker' ? 'info' : 'version'], signal);
      return { name, run };
    } catch {
      signal?.throwIfAborted(); // Not there, or its daemon is not.
    }
  }
  return undefined;
}

/**
 * A buildah of the distribution, unpacked into the cache and with a store of its own there. It pulls nothing, and needs
 * neither a daemon nor an installed package. It builds one image at a time, and before the first it removes what builds
 * have left that were killed.
 * @throws when this is not a Debian or Ubuntu, or the packages cannot be had; CommandError when the store cannot be used.
 */
export async function ownBuildah(options: {
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal;
}): Promise<Builder> {
  const { root, prefix } = await ensureDebianPackages(['buildah'], options);
  const folder = join(cacheDir(), 'images');
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  const store = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run'), '--storage-driver', 'overlay'];
  const configuration = ['--registries-conf', join(root, 'etc/containers/registries.conf')];
  const buildah: Builder['run'] = ([command = '', ...args], signal) => {
    const trust = NEEDS_POLICY.has(command) ? ['--signature-policy', join(root, 'etc/containers/policy.json')] : [];
    const [program, ...before] = [...ENDS_WITH_US, ...prefix] as const;
    return runProgram(program, [...before, 'buildah', ...store, ...configuration, command, ...trust, ...args], {
      env: { ...process.env, TMPDIR: temporary },
      signal,
      timeoutMs: BUILD_WITHIN_MS,
      wholeGroup: true,
    });
  };
  const alone = <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
    withLock(join(folder, 'store.lock'), work, { signal });
  // Nobody builds now: a container that is there was left, and counts as mounted for ever.
  await alone(() => buildah(['rm', '--all'], options.signal), options.signal);
  return {
    name: 'buildah',
    run: (args, signal) => (args[0] === 'bud' ? alone(() => buildah(args, signal), signal) : buildah(args, signal)),
  };
}

/** The commands that copy images, and want to be told whose signatures to believe. */
const NEEDS_POLICY: ReadonlySet<string> = new Set(['bud', 'push', 'commit']);

/**
 * A command line that runs what is appended to it in a pid namespace that ends with this process, however that ends; with the last
 * process the mount namespace goes, and all overlays in it. A build that went on alone would keep them, and locks.
 */
const ENDS_WITH_US = [
  'setpriv',
  '--pdeathsig',
  'KILL',
  'unshare',
  '--pid',
  '--fork',
  '--kill-child=KILL',
  '--mount-proc',
] as const;
