import {
  buildImage,
  buildStandIns,
  cachedArchives,
  CONTROLLER_IMAGES,
  modelContext,
  STAND_IN_BUILD_IMAGE,
  STAND_IN_RUN_IMAGE,
  type Builder,
  type ImageName,
} from '@kaito/images';
import type { OnProgress } from '@kaito/local-stack';
import type { NodeImage } from '../world/plan.ts';

/** What the inference pod of the test runs, by the name that a real cluster would pull: it is the stand-in model. */
const MODEL_IMAGES = ['mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.1'];

export interface ImagesOptions {
  readonly builder: Builder;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** @returns what an image of ours is called in the test. */
export function controllerImage(name: ImageName): string {
  return `localhost/kaito/${name}:e2e`;
}

/** Builds the images of the controllers and of the stand-in model from their Dockerfiles. */
export async function buildTestImages({ builder, onProgress, signal }: ImagesOptions): Promise<readonly NodeImage[]> {
  const names = [...CONTROLLER_IMAGES, 'stand-in-model'] as const;
  const bases = { BUILD_IMAGE: STAND_IN_BUILD_IMAGE, RUN_IMAGE: STAND_IN_RUN_IMAGE };
  const build = async (name: ImageName, archive: string): Promise<void> => {
    await buildStandIns({ builder, onProgress, signal });
    onProgress({ name, phase: 'build', detail: 'its image' });
    const options = { builder, bases, archive, reference: controllerImage(name), signal };
    if (name !== 'stand-in-model') return void (await buildImage(name, options));
    await using assets = await modelContext({ onProgress, signal });
    await buildImage(name, { ...options, contexts: { assets: assets.folder } });
  };
  const archives = await cachedArchives({ names, build, signal });
  return archives.map(({ name, archive }) => ({
    reference: controllerImage(name),
    archive,
    ...(name === 'stand-in-model' ? { aliases: MODEL_IMAGES, needsGpu: true } : {}),
  }));
}
