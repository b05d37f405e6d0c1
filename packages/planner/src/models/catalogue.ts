import type { Workspace } from '@kaito/crds';
import type { CatalogueEntry, CataloguedImage, CpuPreset, ImagePreset } from './catalogue-schema.ts';
import { catalogueFile, cpuFile, imagesFile, transformersFile, tuningFile } from './data-files.ts';
import { findModel } from './find-model.ts';
import type { Attention, Model, ModelShape, PresetImage, TransformersSettings, TuningFacts } from './model.ts';
import { kvValueBytes, vllmSettings } from './vllm-settings.ts';

const images = new Map(imagesFile.catalogued.map(image => [image.id, presetImage(image)]));
const transformers = new Map(transformersFile.models.map(({ id, ...settings }) => [id, settings]));
const tuning = new Map(tuningFile.models.map(facts => [facts.id, tuningFacts(facts)]));

/** Every model that was looked over: those of today's base image, then those that only images of KAITO v0.3 serve, then those on CPUs. */
export const catalogue: readonly Model[] = [
  ...catalogueFile.models.map(catalogued),
  ...imagesFile.presets.map(servedByImage),
  ...cpuFile.presets.map(servedOnCpus),
];

/** Whether a workspace serves a model of the catalogue that runs on CPUs. */
export function runsOnCpus({ inference }: Pick<Workspace, 'inference'>): boolean {
  return findModel(catalogue, inference?.preset?.name ?? '')?.cpuServer !== undefined;
}

function catalogued(entry: CatalogueEntry): Model {
  const { id, aliases = [], license, pipelineTag, revision, architecture, quantization, contextLength } = entry;
  const name = id.slice(id.indexOf('/') + 1);
  const vllm = vllmSettings({ name, architectures: [architecture], quantization, format: entry.format ?? 'auto' });
  return {
    id,
    servedName: name.toLowerCase(),
    aliases,
    ...(revision !== undefined && { revision }),
    license,
    ...(pipelineTag !== undefined && { pipelineTag }),
    gated: entry.gated === true,
    architecture,
    weightsGiB: entry.weightsGiB,
    ...(quantization !== undefined && { quantization }),
    contextLength,
    shape: shapeOf(entry, kvValueBytes(vllm)),
    vllm,
    ...waysToRun(id),
    trustRemoteCode: entry.trustRemoteCode !== undefined,
    catalogued: true,
    source: sourceOf(catalogueFile.source, entry.weightsSource),
  };
}

/** The ways of running a model beside vLLM. */
function waysToRun(id: string): Pick<Model, 'transformers' | 'presetImage' | 'tuning'> {
  const [settings, image, facts] = [transformers.get(id), images.get(id), tuning.get(id)];
  return {
    ...(settings && { transformers: settings satisfies TransformersSettings }),
    ...(image && { presetImage: image }),
    ...(facts && { tuning: facts }),
  };
}

function servedByImage(preset: ImagePreset): Model {
  const { id, license, architecture, contextLength, weightsGiB, deprecated } = preset;
  return {
    id,
    servedName: id,
    aliases: [],
    license,
    deprecated,
    gated: false,
    architecture,
    weightsGiB,
    contextLength,
    presetImage: presetImage(preset),
    trustRemoteCode: false,
    catalogued: true,
    source: sourceOf(imagesFile.source, preset.weightsSource),
  };
}

function servedOnCpus({ server, ...facts }: CpuPreset): Model {
  return {
    ...facts,
    servedName: facts.id,
    aliases: [],
    gated: false,
    cpuServer: server,
    trustRemoteCode: false,
    catalogued: true,
    source: cpuFile.source,
  };
}

function shapeOf(entry: CatalogueEntry, valueBytes: 1 | 2): ModelShape {
  const { layers, hiddenSize, attentionHeads } = entry;
  return { layers, hiddenSize, attentionHeads, attention: attentionOf(entry), kvValueBytes: valueBytes };
}

function attentionOf({
  hiddenSize,
  attentionHeads,
  kvHeads,
  headDim,
  kvLoraRank,
  qkRopeHeadDim,
}: CatalogueEntry): Attention {
  if (kvLoraRank !== undefined) return { kind: 'latent', size: kvLoraRank + (qkRopeHeadDim ?? 0) };
  return { kind: 'heads', kvHeads, headDim: headDim ?? Math.trunc(hiddenSize / attentionHeads) };
}

function presetImage(image: Omit<CataloguedImage, 'id'>): PresetImage {
  const { repository, tag, gpuCount, gpuMemoryGiB, diskGiB, launcher, server, pods } = image;
  return { repository, tag, gpuCount, gpuMemoryGiB, diskGiB, launcher, server, pods };
}

function tuningFacts({
  repository,
  tag,
  diskGiB,
  nominalGpuMemoryGiB,
}: (typeof tuningFile.models)[number]): TuningFacts {
  return { image: { repository, tag }, diskGiB, nominalGpuMemoryGiB };
}

function sourceOf(file: string, weights: string | undefined): string {
  return weights === undefined ? file : `${file}; size: ${weights}`;
}
