import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exportArchive, ownBuildah, type Builder } from '@kaito/images';
import {
  BINARY_NAMES,
  cacheDir,
  ensureBinaries,
  ensureDebianPackages,
  NODE_BINARY_NAMES,
  type OnProgress,
} from '@kaito/local-stack';
import { SANDBOX_IMAGE } from './node/configuration.ts';
import { buildProgramImage } from './program-image.ts';
import type { Plan } from './world/plan.ts';

export interface PrepareOptions {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Fetches or builds, outside of the cluster's namespaces, what it needs: inside there is no way out. */
export async function prepareCluster(
  options: PrepareOptions,
): Promise<Omit<Plan, 'dataDir' | 'hierarchies'> & { readonly builder: Builder }> {
  const names = [...BINARY_NAMES, ...NODE_BINARY_NAMES];
  const packages = await ensureDebianPackages(
    ['containerd', 'runc', 'containernetworking-plugins', 'nftables'],
    options,
  );
  const builder = await ownBuildah(options);
  const paths = await ensureBinaries(names, options);
  const folder = join(cacheDir(), 'images');
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'pause.tar');
  if (!existsSync(archive)) {
    await buildProgramImage(builder, { program: paths('pause'), reference: SANDBOX_IMAGE, signal: options.signal });
    await exportArchive(builder, { reference: SANDBOX_IMAGE, archive, signal: options.signal });
  }
  const binaries = Object.fromEntries(names.map(name => [name, paths(name)]));
  return { packagesRoot: packages.root, binaries, archives: [archive], gpus: 8, builder };
}
