import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../error-text.ts';
import { withLock } from '../processes/file-lock.ts';
import type { OnProgress } from '../progress.ts';
import { binaries, currentPlatform, type Binary, type BinaryName, type GoModule, type Platform } from './catalogue.ts';
import { pinnedChecksums } from './checksum.ts';
import type { DownloadOptions } from './download.ts';
import { findInstalled, isExecutable } from './find-installed.ts';
import { goBuild } from './go-build.ts';
import { downloadRelease } from './official-release.ts';
import { binarySettings, type BinarySettings } from './settings.ts';
import { formatVersion } from './version.ts';

/** Gives the path of a program; throws for one that was not asked for. */
export type BinaryPaths = (name: BinaryName) => string;

export interface EnsureOptions extends Pick<DownloadOptions, 'signal' | 'connectTimeoutMs' | 'stallTimeoutMs'> {
  readonly settings?: BinarySettings;
  readonly onProgress?: OnProgress;
  /** Builds from source; `goBuild` by default. */
  readonly build?: typeof goBuild;
}

/** A program that could not be had, with everything that was tried. */
export class BinaryUnavailableError extends Error {
  override readonly name = 'BinaryUnavailableError';
}

type Context = Required<Pick<EnsureOptions, 'onProgress' | 'build'>> &
  EnsureOptions & { readonly settings: BinarySettings; readonly platform: Platform };

/**
 * Makes sure of programs. For each: an installed one that fits (`KUBEBUILDER_ASSETS`, then `PATH`), else the cache, else
 * the official release with its checksum, else a Go build from the checked-in modules. Processes that do so at the same
 * time wait for the first.
 * @returns where they are.
 * @throws BinaryUnavailableError that says what was tried, why each way failed, and what to do.
 */
export async function ensureBinaries(names: readonly BinaryName[], options: EnsureOptions = {}): Promise<BinaryPaths> {
  const context: Context = {
    onProgress: () => undefined,
    build: goBuild,
    platform: currentPlatform(),
    ...options,
    settings: options.settings ?? binarySettings(),
  };
  const wanted: readonly Binary[] = names.map(name => binaries[name]);
  const found = new Map(
    await Promise.all(wanted.map(async binary => [binary, await findReady(binary, context)] as const)),
  );
  const missing = wanted.filter(binary => found.get(binary) === undefined);
  if (missing.length > 0) {
    const lock = join(context.settings.cacheDir, 'bin.lock');
    const onWait = ({ pid }: { pid: number }): void =>
      context.onProgress({
        name: missing.map(binary => binary.name).join(', '),
        phase: 'build',
        detail: `process ${pid} is at it; waiting`,
      });
    await withLock(lock, () => obtain(missing, context), { signal: context.signal, onWait });
  }
  return name => {
    if (!names.includes(name)) throw new RangeError(`${name} was not asked for`);
    return found.get(binaries[name]) ?? cachedPath(binaries[name], context);
  };
}

function cachedPath(binary: Binary, { settings, platform }: Context): string {
  const folder = `${binary.name}-${formatVersion(binary.version)}-${platform.os}-${platform.arch}`;
  return join(settings.cacheDir, 'bin', folder, binary.name);
}

async function findReady(binary: Binary, context: Context): Promise<string | undefined> {
  const { onProgress, settings, signal } = context;
  const installed = await findInstalled(binary, { searchPath: settings.searchPath, onProgress, signal });
  const path = installed ?? (await findCached(binary, context));
  if (path) onProgress({ name: binary.name, phase: 'ready', detail: path });
  return path;
}

async function findCached(binary: Binary, context: Context): Promise<string | undefined> {
  const file = cachedPath(binary, context);
  if (!(await isExecutable(file))) return undefined;
  context.onProgress({ name: binary.name, phase: 'cache', detail: file });
  return file;
}

/** Downloads what can be downloaded, all at once, then builds the rest, module by module. Runs under the lock. */
async function obtain(wanted: readonly Binary[], context: Context): Promise<void> {
  const workDir = join(context.settings.cacheDir, 'work');
  await rm(workDir, { recursive: true, force: true }); // What a process that was killed has left.
  try {
    const failures = new Map<Binary, string>();
    const pinned = await pinnedChecksums();
    await Promise.all(
      wanted.map(async binary => {
        if (await findCached(binary, context)) return; // Another process made it while we waited.
        const failure = await tryDownload(binary, join(workDir, binary.name), { ...context, pinned });
        if (failure) failures.set(binary, failure);
      }),
    );
    const left = [...failures.keys()];
    for (const module of new Set(left.map(binary => binary.goModule))) {
      const group = left.filter(binary => binary.goModule === module);
      await buildGroup(module, group, { ...context, workDir: join(workDir, module), failures });
    }
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function tryDownload(
  binary: Binary,
  workDir: string,
  context: Context & { pinned: Readonly<Record<string, string>> },
): Promise<string | undefined> {
  const { name, release, goModule } = binary;
  const baseUrl = context.settings.downloadUrls[goModule];
  if (!release || baseUrl === undefined) return 'nobody publishes it as a program';
  await mkdir(workDir, { recursive: true });
  try {
    await install(binary, await downloadRelease({ name, release }, { ...context, baseUrl, workDir }), context);
    return undefined;
  } catch (error) {
    context.signal?.throwIfAborted();
    return messageOf(error);
  }
}

async function buildGroup(
  module: GoModule,
  group: readonly Binary[],
  context: Context & { workDir: string; failures: ReadonlyMap<Binary, string> },
): Promise<void> {
  const { workDir: outDir, onProgress, signal } = context;
  await mkdir(outDir, { recursive: true });
  try {
    const built = await context.build(module, group, { outDir, onProgress, signal });
    for (const [index, binary] of group.entries()) await install(binary, built[index] ?? '', context);
  } catch (error) {
    signal?.throwIfAborted();
    throw unavailable(group, context, error);
  }
}

/** Moves a finished program to its place in the cache: it appears there whole or not at all. */
async function install(binary: Binary, file: string, context: Context): Promise<void> {
  const target = cachedPath(binary, context);
  await mkdir(dirname(target), { recursive: true });
  await rename(file, target);
  context.onProgress({ name: binary.name, phase: 'ready', detail: target });
}

function unavailable(
  group: readonly Binary[],
  context: Context & { failures: ReadonlyMap<Binary, string> },
  buildError: unknown,
): BinaryUnavailableError {
  const lines = group.flatMap(binary => [
    `${binary.name} ${formatVersion(binary.version)} is needed and could not be had:`,
    `  installed: none that fits in KUBEBUILDER_ASSETS or PATH`,
    `  cache:     not in ${cachedPath(binary, context)}`,
    `  download:  ${context.failures.get(binary)}`,
  ]);
  const build = messageOf(buildError);
  return new BinaryUnavailableError(
    [
      ...lines,
      `  Go build:  ${build}`,
      'Do one of these: install Go 1.26 or newer (it needs a Go module proxy or the internet); let this machine reach the',
      'release pages (behind a proxy: HTTPS_PROXY and NODE_USE_ENV_PROXY=1); name mirrors by KAITO_DOWNLOAD_K8S,',
      'KAITO_DOWNLOAD_ETCD, KAITO_DOWNLOAD_KWOK, KAITO_DOWNLOAD_HELM and KAITO_DOWNLOAD_ORAS; or put the programs into a folder and name it by KUBEBUILDER_ASSETS.',
    ].join('\n'),
    { cause: buildError },
  );
}
