export { buildImage, CONTROLLER_IMAGES, exportArchive, IMAGES } from './build-image.ts';
export type { BuildOptions, BuiltImage, ImageName } from './build-image.ts';
export { ownBuildah, installedBuilder } from './builder.ts';
export type { Builder } from './builder.ts';
export { buildStandIns, STAND_IN_BUILD_IMAGE, STAND_IN_RUN_IMAGE } from './stand-ins.ts';
export { cachedArchives } from './cached-archives.ts';
export { modelContext } from './model-context.ts';
