import type { PresetSpec } from '@kaito/crds';
import { tuningMethod } from '../checks/workload.ts';
import { defaultTraining, tuningFit, tuningNeeds, type TuningNeeds } from '../fit/tuning-fit.ts';
import type { Model, ModelShape, TuningFacts } from '../models/model.ts';
import { gpuGiB } from '../skus/gpu-sku.ts';
import { hasGpus, type Sku } from '../skus/sku.ts';
import { chooseSize } from './choose-size.ts';
import { unfit, type Judgement } from './judgement.ts';
import { rungOf } from './ladder.ts';
import type { PlanInput, PlanResult } from './plan-input.ts';
import type { MemoryFit } from './plan.ts';
import { plannedNodes } from './planned-nodes.ts';
import { plannedTrainer, trainerImages, type TrainerImages } from './planned-trainer.ts';

/** What a size comes to. */
interface TuningFit {
  readonly images: TrainerImages;
  readonly memory: MemoryFit;
}

interface TuningJob {
  readonly preset: PresetSpec | undefined;
  readonly model: Model;
  readonly shape: ModelShape;
  readonly facts: TuningFacts;
  readonly method: 'lora' | 'qlora';
}

/** Plans a fine-tuning: one node, on whose GPUs a copy of the model each learns from its own examples. */
export function planTuning(input: PlanInput, model: Model): PlanResult {
  const { workspace } = input;
  const method = tuningMethod(workspace.tuning?.method);
  const { shape, tuning: facts } = model;
  if (!method || !shape || !facts) return { ok: false, problems: [] };
  const preset = workspace.tuning?.preset;
  const job = { preset, model, shape, facts, method };
  const needs = tuningNeeds(model, shape, { ...defaultTraining, method });
  const rung = rungOf(workspace, input.rung);
  const choice = chooseSize({ input, rung, judge: sku => judgeTuning(job, needs, sku, rung.instanceType !== '') });
  if (!choice.ok) return choice;
  const { sku, capacityType, judgement, price } = choice.chosen;
  const nodes = plannedNodes(workspace, {
    instanceType: sku.name,
    capacityType,
    count: 1,
    diskGiB: facts.diskGiB,
    gpus: sku.gpuCount,
    hasNvme: sku.nvme,
    ...(price !== undefined && { pricePerHour: price }),
  });
  const { id, servedName, revision, gated, weightsGiB } = model;
  const { images, memory } = judgement.detail;
  const trainer = plannedTrainer(images, { model, sku, preset, config: configOf(input, method, images) });
  return {
    ok: true,
    plan: {
      job: 'tuning',
      rung: rung.index,
      nodes,
      candidates: choice.candidates,
      warnings: judgement.warnings,
      method,
      model: { id, servedName, ...(revision !== undefined && { revision }), gated, weightsGiB, weights: 'image' },
      trainer,
      memory,
    },
  };
}

/** Settings of the training: a volume for the result outlives the pod, so that checkpoints are worth writing there. */
function configOf({ workspace, config }: PlanInput, method: TuningJob['method'], { bfloat16 }: TrainerImages) {
  const checkpoints = workspace.tuning?.output?.volumeSource !== undefined;
  return effectiveTrainingConfig(config, { method, bfloat16, checkpoints });
}

function judgeTuning(
  { preset, model, facts, method }: TuningJob,
  needs: TuningNeeds,
  sku: Sku,
  isNamed: boolean,
): Judgement<TuningFit> {
  if (!hasGpus(sku)) return unfit('GpuRequired', `it has no GPU, and fine-tuning ${model.id} needs one`);
  if (sku.vendor !== 'nvidia')
    return unfit('GpuVendorNotSupported', `it has ${sku.gpuModel}, and the images need NVIDIA GPUs`);
  const images = trainerImages(model, facts, sku, preset);
  if ('fits' in images) return images;
  // Nobody gets such GPUs, and the old image with them, who did not ask for them.
  if (!images.bfloat16 && !isNamed) return unfit('RuntimeNotSupported', 'its GPUs have no bfloat16');
  const memory = tuningFit(needs, gpuGiB(sku));
  if (memory.kvCacheGiB >= 0) return { fits: true, nodes: 1, detail: { images, memory }, warnings: [] };
  const total = Math.round(needs.totalGiB * 10) / 10;
  return unfit(
    'GpuMemoryTooSmall',
    `${method} of ${model.id} takes ${total} GiB on each GPU, and these have ${gpuGiB(sku)} GiB`,
  );
}
