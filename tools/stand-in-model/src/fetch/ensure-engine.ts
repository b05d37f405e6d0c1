import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '@kaito/local-stack';
import { packageRoot } from '../package-root.ts';
import { engineFor, type EngineFiles } from './engine-lock.ts';
import type { FetchOptions } from './fetch-options.ts';

const INSTALL_WITHIN_MS = 300_000;
/** Sources for those who compile it themselves; a third of its size. */
const NOT_NEEDED = 'node_modules/node-llama-cpp/llama/gitRelease.bundle';

/**
 * Makes sure of node-llama-cpp in a folder of its own, installed by npm as the checked-in lock says. It is no dependency of the
 * repository: that would add 85 MB and 117 packages to every `npm ci`.
 * @returns the folder that has it in its `node_modules`.
 * @throws with what npm said.
 */
export async function ensureEngine({ folder, onProgress, signal }: FetchOptions): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const { manifest, lock } = engineFor(platform, await checkedIn());
  const text = JSON.stringify({ manifest, lock });
  const home = join(folder, `engine-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`);
  if (existsSync(home)) return home;
  const work = join(folder, 'work', 'engine');
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await writeFile(join(work, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(work, 'package-lock.json'), JSON.stringify(lock));
  const version = manifest.dependencies['node-llama-cpp'] ?? '';
  onProgress({ name: 'node-llama-cpp', phase: 'download', detail: `${version} for ${platform}, by npm (about 40 MB)` });
  // Not `npm ci`: that would miss the builds for other platforms in the lock. What is in it is taken with its sum all the same.
  const args = ['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  await runProgram('npm', args, { cwd: work, timeoutMs: INSTALL_WITHIN_MS, signal });
  await rm(join(work, NOT_NEEDED), { force: true });
  await rename(work, home);
  onProgress({ name: 'node-llama-cpp', phase: 'ready', detail: home });
  return home;
}

async function checkedIn(): Promise<EngineFiles> {
  return {
    manifest: JSON.parse(await readText('package.json')),
    lock: JSON.parse(await readText('package-lock.json')),
  };
}

function readText(name: string): Promise<string> {
  return readFile(join(packageRoot, 'engine', name), 'utf8');
}
