import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.ts';

/** The programs of our own that run as processes. */
export const APPS = ['emulator', 'gpu-provisioner', 'workspace'] as const;
export type AppName = (typeof APPS)[number];

/**
 * @returns the path of an app's bundle.
 * @throws when it was not built.
 */
export function bundleOf(app: AppName): string {
  const file = join(repositoryRoot, 'packages', app, 'bundle/main.mjs');
  if (!existsSync(file)) throw new Error(`${file} is missing; build it with: npm run build`);
  return file;
}
