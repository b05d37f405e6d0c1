import { chmod, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { OnProgress } from '../progress.ts';
import type { Binary, Platform, Released } from './catalogue.ts';
import { findChecksum } from './checksum.ts';
import { download, DownloadError, downloadText, type DownloadOptions } from './download.ts';
import { runProgram } from './run-program.ts';

export interface ReleaseOptions extends Pick<DownloadOptions, 'signal' | 'connectTimeoutMs' | 'stallTimeoutMs'> {
  readonly platform: Platform;
  readonly baseUrl: string;
  /** Sums that overrule published ones, by release path. */
  readonly pinned: Readonly<Record<string, string>>;
  /** An empty folder to work in. */
  readonly workDir: string;
  readonly onProgress: OnProgress;
}

/**
 * Downloads an official release and checks its SHA-256, against a pinned sum or else the one published beside it.
 * @returns the path of the program inside `workDir`.
 * @throws DownloadError when it cannot be had or its sum is wrong.
 */
export async function downloadRelease(
  binary: Pick<Released, 'name' | 'release'>,
  options: ReleaseOptions,
): Promise<string> {
  const release = binary.release(options.platform);
  const url = `${options.baseUrl}/${release.path}`;
  options.onProgress({ name: binary.name, phase: 'download', detail: url });
  const expected =
    options.pinned[release.path] ??
    (await publishedChecksum(`${options.baseUrl}/${release.checksumPath}`, release.path, options));
  const file = join(options.workDir, basename(release.path));
  const actual = await download(url, file, { ...options, onBytes: percentReporter(binary, url, options.onProgress) });
  if (actual !== expected) {
    await rm(file, { force: true });
    throw new DownloadError(`${url}: its SHA-256 is ${actual}, not ${expected}; the file was thrown away`);
  }
  return release.member
    ? extract(file, release.member, options)
    : makeExecutable(file, join(options.workDir, binary.name));
}

async function publishedChecksum(url: string, path: string, options: DownloadOptions): Promise<string> {
  const sum = findChecksum(await downloadText(url, options), basename(path));
  if (!sum) throw new DownloadError(`${url}: it holds no SHA-256 of ${basename(path)}`);
  return sum;
}

async function makeExecutable(file: string, target: string): Promise<string> {
  if (file !== target) await rename(file, target);
  await chmod(target, 0o755);
  return target;
}

/** Takes one file out of an archive; `tar` is there on Linux and macOS, and the latter's reads zip as well. */
async function extract(archive: string, member: string, { workDir, signal }: ReleaseOptions): Promise<string> {
  await runProgram('tar', ['-xf', archive, '-C', workDir, member], { signal });
  return makeExecutable(join(workDir, member), join(workDir, member));
}

/** Reports whole percents, each once. */
function percentReporter(
  binary: Pick<Binary, 'name'>,
  url: string,
  onProgress: OnProgress,
): (received: number, total: number | undefined) => void {
  let last = -1;
  return (received, total) => {
    if (!total) return;
    const percent = Math.floor((100 * received) / total);
    if (percent === last) return;
    last = percent;
    onProgress({ name: binary.name, phase: 'download', detail: url, percent });
  };
}
