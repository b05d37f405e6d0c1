import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../error-text.ts';
import type { OnProgress } from '../progress.ts';
import type { Binary } from './catalogue.ts';
import { runProgram } from './run-program.ts';
import { formatVersion, parseVersion } from './version.ts';

const VERSION_TIMEOUT_MS = 10_000;

export interface SearchOptions {
  readonly searchPath: readonly string[];
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks for a program in `searchPath`, and takes the first one that runs and has an acceptable version.
 * @returns its path, or `undefined`; what was passed over is reported.
 */
export async function findInstalled(binary: Binary, options: SearchOptions): Promise<string | undefined> {
  const { versionArgs } = binary;
  if (!versionArgs) return undefined;
  for (const folder of options.searchPath) {
    const file = join(folder, binary.name);
    if (!(await isExecutable(file))) continue;
    const verdict = await judge({ ...binary, versionArgs }, file, options.signal);
    options.onProgress({ name: binary.name, phase: 'path', detail: `${file}: ${verdict.detail}` });
    if (verdict.good) return file;
  }
  return undefined;
}

/** @returns whether a file is there and may be executed by us. */
export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function judge(
  binary: Binary & Required<Pick<Binary, 'versionArgs'>>,
  file: string,
  signal?: AbortSignal,
): Promise<{ good: boolean; detail: string }> {
  try {
    const printed = await runProgram(file, binary.versionArgs, { timeoutMs: VERSION_TIMEOUT_MS, signal });
    const found = parseVersion(printed);
    if (!found) return { good: false, detail: 'passed over, it prints no version' };
    const version = formatVersion(found);
    if (binary.accepts?.(found, binary.version)) return { good: true, detail: `installed, ${version}` };
    return { good: false, detail: `passed over, ${version} is too far from ${formatVersion(binary.version)}` };
  } catch (error) {
    signal?.throwIfAborted();
    return { good: false, detail: `passed over, ${messageOf(error)}` };
  }
}
