import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exportArchive, ownBuildah, type Builder } from '@kaito/images';
import {
  BINARY_NAMES,
  cacheDir,
  ensureBinaries,
  ensureDebianPackages,
  messageOf,
  NODE_BINARY_NAMES,
  type BinaryPaths,
  type DebianTree,
  type OnProgress,
} from '@kaito/local-stack';
import { SANDBOX_IMAGE } from './node/configuration.ts';
import { buildProgramImage } from './program-image.ts';
import type { Plan } from './world/plan.ts';

export interface PrepareOptions {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Containers cannot be run because the packages of the distribution for it cannot be had. */
export class PackagesMissing extends Error {
  override readonly name = 'PackagesMissing';
}

export interface Prepared {
  readonly builder: Builder;
  readonly plan: Omit<Plan, 'dataDir' | 'hierarchies'>;
}

/**
 * Fetches or builds, outside of the cluster's namespaces, what it needs: inside there is no way out.
 * @throws PackagesMissing with what apt said; CommandError with what another program said.
 */
export async function prepareCluster(options: PrepareOptions): Promise<Prepared> {
  const { packages, builder } = await preparePackages(options);
  const { binaries, paths } = await prepareBinaries(options);
  const folder = join(cacheDir(), 'images');
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'pause.tar');
  if (!existsSync(archive)) {
    await buildProgramImage(builder, { program: paths('pause'), reference: SANDBOX_IMAGE, signal: options.signal });
    await exportArchive(builder, { reference: SANDBOX_IMAGE, archive, signal: options.signal });
  }
  const sandbox = { reference: SANDBOX_IMAGE, archive };
  return { builder, plan: { packagesRoot: packages.root, binaries, images: [sandbox] } };
}

async function preparePackages(
  options: PrepareOptions,
): Promise<{ readonly packages: DebianTree; readonly builder: Builder }> {
  try {
    const names = ['containerd', 'runc', 'containernetworking-plugins', 'nftables'];
    return { packages: await ensureDebianPackages(names, options), builder: await ownBuildah(options) };
  } catch (cause) {
    options.signal.throwIfAborted();
    throw new PackagesMissing(`packages of the distribution cannot be had: ${messageOf(cause)}`, { cause });
  }
}

/** Everything that a cluster and the end-to-end run need beside packages and images. */
async function prepareBinaries(
  options: PrepareOptions,
): Promise<{ readonly binaries: Readonly<Record<string, string>>; readonly paths: BinaryPaths }> {
  const names = [...BINARY_NAMES, ...NODE_BINARY_NAMES, 'helm'] as const;
  const paths = await ensureBinaries(names, options);
  return { binaries: Object.fromEntries(names.map(name => [name, paths(name)])), paths };
}
