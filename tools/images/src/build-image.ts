import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDir, repositoryRoot, runProgram } from '@kaito/local-stack';
import type { Builder } from './builder.ts';

/** The images of our own, and where their Dockerfiles lie. */
const FOLDERS = {
  'gpu-provisioner': 'packages/gpu-provisioner',
  workspace: 'packages/workspace',
  'stand-in-model': 'tools/stand-in-model',
} as const;
export type ImageName = keyof typeof FOLDERS;
/** Those that users install. */
export const CONTROLLER_IMAGES = ['gpu-provisioner', 'workspace'] as const satisfies readonly ImageName[];
export const IMAGES = [...CONTROLLER_IMAGES, 'stand-in-model'] as const satisfies readonly ImageName[];

export interface BuildOptions {
  readonly builder: Builder;
  /** What the image is to be called. */
  readonly reference: string;
  /** The bases, by the names of the Dockerfile's arguments; those of the Dockerfile when absent. */
  readonly bases?: Readonly<Record<string, string>>;
  /** Folders in the place of stages of the Dockerfile, by their names. */
  readonly contexts?: Readonly<Record<string, string>>;
  /** Take no layer of an earlier build. */
  readonly fresh?: boolean;
  /** Where the OCI archive is written. */
  readonly archive?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltImage {
  readonly reference: string;
  /** `sha256:…` of the image's manifest; the same for the same sources on the same bases. */
  readonly digest: string;
  /** Bytes of all layers as they are sent, compressed. */
  readonly compressedBytes: number;
  /** Bytes of the layers that are ours and not the base's. */
  readonly ownBytes: number;
}

/** All images say that they were made at this second, so that the same sources give the same digest. */
const SOURCE_DATE_EPOCH = '0';

/**
 * Builds an image of ours from its Dockerfile.
 * @throws CommandError with what the builder said.
 */
export async function buildImage(name: ImageName, options: BuildOptions): Promise<BuiltImage> {
  const { builder, reference, signal } = options;
  const file = join(repositoryRoot, FOLDERS[name], 'Dockerfile');
  await builder.run(buildArguments(file, options), signal);
  const archive = options.archive ?? (await temporaryArchive());
  try {
    await exportArchive(builder, { reference, archive, signal });
    return { reference, ...(await inspectArchive(archive, signal)) };
  } finally {
    if (options.archive === undefined) await rm(dirname(archive), { recursive: true, force: true });
  }
}

function buildArguments(
  file: string,
  { builder, reference, bases = {}, contexts = {}, fresh = false }: BuildOptions,
): readonly string[] {
  const common = [
    ...Object.entries(bases).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(contexts).flatMap(([name, folder]) => ['--build-context', `${name}=${folder}`]),
    ...(fresh ? ['--no-cache'] : []),
    '-f',
    file,
    '-t',
    reference,
    repositoryRoot,
  ];
  if (builder.name === 'docker') return ['build', '--build-arg', `SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH}`, ...common];
  // With bases that were made here, a wrong name fails instead of asking a registry.
  const pull = Object.keys(bases).length > 0 ? '--pull-never' : '--pull';
  return ['bud', '--isolation', 'chroot', '--layers', pull, '--timestamp', SOURCE_DATE_EPOCH, '--quiet', ...common];
}

export interface ExportOptions {
  readonly reference: string;
  readonly archive: string;
  readonly signal?: AbortSignal | undefined;
}

/** Writes an image into an archive in the OCI layout. */
export async function exportArchive(builder: Builder, { reference, archive, signal }: ExportOptions): Promise<void> {
  await rm(archive, { force: true });
  await (builder.name === 'docker'
    ? builder.run(['save', '--output', archive, reference], signal)
    : builder.run(['push', '--quiet', reference, `oci-archive:${archive}:${reference}`], signal));
}

/** Pushes an image that was built, to the registry that stands in its name. Whoever is logged in there does so. */
export async function pushImage(builder: Builder, reference: string, signal?: AbortSignal): Promise<void> {
  await builder.run(['push', reference], signal);
}

async function temporaryArchive(): Promise<string> {
  const folder = join(cacheDir(), 'images');
  await mkdir(folder, { recursive: true });
  return join(await mkdtemp(join(folder, 'archive-')), 'image.tar');
}

interface Manifest {
  readonly layers: readonly { readonly size: number }[];
}

/** Reads digest and size out of an OCI archive. */
async function inspectArchive(
  archive: string,
  signal: AbortSignal | undefined,
): Promise<Omit<BuiltImage, 'reference'>> {
  const read = (member: string): Promise<string> => runProgram('tar', ['-xOf', archive, member], { signal });
  const index: { readonly manifests: readonly { readonly digest: string }[] } = JSON.parse(await read('index.json'));
  const digest = index.manifests[0]?.digest;
  if (!digest) throw new Error(`${archive} holds no image`);
  const manifest: Manifest = JSON.parse(await read(`blobs/${digest.replace(':', '/')}`));
  const sizes = manifest.layers.map(({ size }) => size);
  return { digest, compressedBytes: sizes.reduce((sum, size) => sum + size, 0), ownBytes: sizes.at(-1) ?? 0 };
}
