import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, ensureDebianPackages, runProgram, type OnProgress } from '@kaito/local-stack';

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
 * neither a daemon nor an installed package.
 * @throws when this is not a Debian or Ubuntu, or the packages cannot be had.
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
  return {
    name: 'buildah',
    run: ([command = '', ...args], signal) => {
      const trust = NEEDS_POLICY.has(command) ? ['--signature-policy', join(root, 'etc/containers/policy.json')] : [];
      const all = [...store, ...configuration, command, ...trust, ...args];
      const [program, ...before] = prefix;
      const env = { ...process.env, TMPDIR: temporary };
      return runProgram(program, [...before, 'buildah', ...all], {
        env,
        signal,
        timeoutMs: BUILD_WITHIN_MS,
        wholeGroup: true,
      });
    },
  };
}

/** The commands that copy images, and want to be told whose signatures to believe. */
const NEEDS_POLICY: ReadonlySet<string> = new Set(['bud', 'push', 'commit']);
