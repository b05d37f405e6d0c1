import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  buildImage,
  buildStandIns,
  exportArchive,
  IMAGES,
  STAND_IN_BUILD_IMAGE,
  STAND_IN_RUN_IMAGE,
  type Builder,
} from '@kaito/images';
import { cacheDir, type OnProgress } from '@kaito/local-stack';
import { STAND_IN_PROGRAMS, STAND_IN_SERVER } from './stand-in-model.ts';

/** What the workspaces of the test run, by the names that a real cluster would pull. */
const MODEL_IMAGES = ['mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.1'];

export interface ImagesOptions {
  readonly builder: Builder;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** @returns what the image of a controller is called in the test. */
export function controllerImage(name: string): string {
  return `localhost/kaito/${name}:e2e`;
}

/** Builds the controllers' images from their Dockerfiles, and the model's stand-in. @returns OCI archives. */
export async function buildTestImages({ builder, onProgress, signal }: ImagesOptions): Promise<readonly string[]> {
  await buildStandIns({ builder, onProgress, signal });
  const bases = { BUILD_IMAGE: STAND_IN_BUILD_IMAGE, RUN_IMAGE: STAND_IN_RUN_IMAGE };
  const archives: string[] = [];
  for (const name of IMAGES) {
    onProgress({ name, phase: 'build', detail: 'its image' });
    const archive = join(cacheDir(), 'images', `${name}.tar`);
    await buildImage(name, { builder, reference: controllerImage(name), bases, archive, signal });
    archives.push(archive);
  }
  return [...archives, ...(await modelArchives(builder, signal))];
}

async function modelArchives(builder: Builder, signal: AbortSignal): Promise<readonly string[]> {
  const context = await mkdtemp(join(tmpdir(), 'kaito-model-'));
  try {
    const server = join(context, 'server');
    await writeFile(server, STAND_IN_SERVER);
    await chmod(server, 0o755);
    const copies = STAND_IN_PROGRAMS.map(name => `COPY server /usr/local/bin/${name}`);
    const lines = [`FROM ${STAND_IN_BUILD_IMAGE}`, ...copies, 'WORKDIR /tmp', 'USER 65532'];
    await writeFile(join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
    const archives: string[] = [];
    for (const reference of MODEL_IMAGES) {
      const archive = join(cacheDir(), 'images', `${basename(reference).replace(':', '-')}.tar`);
      await builder.run(
        ['bud', '--isolation', 'chroot', '--layers', '--pull-never', '--timestamp', '0', '-t', reference, context],
        signal,
      );
      await exportArchive(builder, { reference, archive, signal });
      archives.push(archive);
    }
    return archives;
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
