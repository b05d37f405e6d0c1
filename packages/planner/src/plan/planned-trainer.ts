import type { PresetSpec } from '@kaito/crds';
import { trainingCommand } from '../commands/training.ts';
import type { Model, TuningFacts } from '../models/model.ts';
import { computeCapability, type GpuSku } from '../skus/gpu-sku.ts';
import { unfit, type Unfit } from './judgement.ts';
import type { PlannedImage, PlannedTrainer } from './plan.ts';
import { baseImage } from './planned-server.ts';
import { leastCapability } from './runtime.ts';

/** KAITO's metrics server listens where its servers do. */
const port = 5000;

/** Parts of Phi-3 that are tuned; its names are none that PEFT knows by itself (KAITO v0.12, pkg/workspace/tuning/preset_tuning.go). */
const phi3Modules = 'k_proj,q_proj,v_proj,o_proj,gate_proj,down_proj,up_proj';

/** The images that a training runs from. */
export type TrainerImages = Pick<PlannedTrainer, 'image' | 'weights'>;

/**
 * The images that tune a model on these GPUs: today's base image and one with the weights, or the image of KAITO v0.3 with both where the
 * GPUs are too old for today's. One that a private preset names is of that kind too.
 */
export function trainerImages(
  { id, presetImage }: Model,
  facts: TuningFacts,
  sku: GpuSku,
  preset: PresetSpec | undefined,
): TrainerImages | Unfit {
  const isNew = computeCapability(sku) >= leastCapability;
  const own = preset?.accessMode === 'private' ? preset.presetOptions?.image : undefined;
  if (own) return { image: { origin: 'user', reference: own } };
  if (isNew) {
    const weights = ofRegistry(facts.image);
    return { image: { origin: 'registry', reference: baseImage }, weights };
  }
  if (presetImage && presetImage.tag !== '') return { image: ofRegistry(presetImage) };
  const has = sku.computeCapability ?? 'none';
  const reason = `tuning ${id} needs CUDA compute capability ${leastCapability}.0 and these GPUs have ${has}`;
  return unfit('RuntimeNotSupported', reason);
}

function ofRegistry({ repository, tag }: { readonly repository: string; readonly tag: string }): PlannedImage {
  return { origin: 'registry', reference: `${repository}:${tag}` };
}

/** The trainer on its node. @param config text of the settings that it gets */
export function plannedTrainer(images: TrainerImages, { model, sku, preset, config }: TrainerJob): PlannedTrainer {
  return {
    ...images,
    pullSecrets: [...new Set(preset?.presetOptions?.imagePullSecrets)],
    command: trainingCommand(sku.gpuCount),
    env: {
      ...(model.servedName.startsWith('phi-3') && { DEFAULT_TARGET_MODULES: phi3Modules }),
      PYTORCH_CUDA_ALLOC_CONF: 'expandable_segments:True',
    },
    port,
    gpusPerPod: sku.gpuCount,
    config: config.text,
    outputFolder: config.outputFolder,
  };
}

/** What a trainer is planned for. */
export interface TrainerJob {
  readonly model: Model;
  readonly sku: GpuSku;
  readonly preset: PresetSpec | undefined;
  readonly config: { readonly text: string; readonly outputFolder: string };
}
