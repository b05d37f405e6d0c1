/** As much of npm's package.json as is used here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optional?: boolean;
}

/** As much of npm's package-lock.json (lockfileVersion 3) as is used here. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface EngineFiles {
  readonly manifest: Manifest;
  readonly lock: Lock;
}

/**
 * What npm is to install on one platform: the engine, and of its optional builds only the one for this platform's CPU. With all of
 * them, as npm would have it, 700 MB for CUDA and Vulkan came along.
 * @param platform as in `linux-x64`: `process.platform` and `process.arch`
 * @throws when the engine has no build for the platform, or none whose sum is in the lock.
 */
export function engineFor(platform: string, { manifest, lock }: EngineFiles): EngineFiles {
  const build = `@node-llama-cpp/${platform}`;
  const place = `node_modules/${build}`;
  const { optional: _, ...locked } = lock.packages[place] ?? {};
  if (locked.version === undefined)
    throw new Error(`the engine's lock has no build for ${platform}; there are: ${platforms(lock).join(', ')}`);
  const dependencies = { ...manifest.dependencies, [build]: locked.version };
  const others = Object.entries(lock.packages).filter(([path]) => path === place || !isBuild(path));
  return {
    manifest: { ...manifest, dependencies },
    lock: {
      ...lock,
      packages: { ...Object.fromEntries(others), '': { ...lock.packages[''], dependencies }, [place]: locked },
    },
  };
}

const BUILDS = 'node_modules/@node-llama-cpp/';

function isBuild(path: string): boolean {
  return path.startsWith(BUILDS);
}

function platforms(lock: Lock): readonly string[] {
  return Object.keys(lock.packages)
    .filter(isBuild)
    .map(path => path.slice(BUILDS.length));
}
