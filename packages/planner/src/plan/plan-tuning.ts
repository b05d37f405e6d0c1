import type { PresetSpec } from '@kaito/crds';
import { tuningMethod } from '../checks/workload.ts';
import { defaultTraining, tuningFit, tuningNeeds, type TuningNeeds } from '../fit/tuning-fit.ts';
import type { Model, TuningFacts } from '../models/model.ts';
import { gpuGiB, type GpuSku } from '../skus/gpu-sku.ts';
import { hasGpus, type Sku } from '../skus/sku.ts';
import { defaultOutputFolder, effectiveTrainingConfig } from '../tuning-config/effective-training-config.ts';
import { readTrainingConfig, type TrainingConfig } from '../tuning-config/training-config.ts';
import { chooseSize } from './choose-size.ts';
import { unfit, type Judgement } from './judgement.ts';
import { rungOf } from './ladder.ts';
import type { PlanInput, PlanResult } from './plan-input.ts';
import type { MemoryFit, TuningPlan } from './plan.ts';
import { plannedNodes } from './planned-nodes.ts';
import { plannedTrainer, trainerImages, type TrainerImages } from './planned-trainer.ts';

/** What a size comes to. */
interface TuningFit {
  readonly sku: GpuSku;
  readonly images: TrainerImages;
  readonly memory: MemoryFit;
}

interface TuningJob {
  readonly preset: PresetSpec | undefined;
  readonly model: Model;
  readonly facts: TuningFacts;
  readonly method: 'lora' | 'qlora';
  /** Undefined for the defaults. */
  readonly config: TrainingConfig | undefined;
  readonly needs: TuningNeeds;
}

/** Plans a fine-tuning: one node, on whose GPUs a copy of the model each learns from its own examples. */
export function planTuning(input: PlanInput, model: Model): PlanResult {
  const method = tuningMethod(input.workspace.tuning?.method);
  const { shape, tuning: facts } = model;
  if (!method || !shape || !facts) return { ok: false, problems: [] };
  const read = input.config === undefined ? undefined : readTrainingConfig(input.config, method);
  if (read && !read.ok) return read;
  const needs = tuningNeeds(model, shape, { ...defaultTraining, ...read?.config, method });
  const { preset } = input.workspace.tuning ?? {};
  return planJob(input, { preset, model, facts, method, config: read?.config, needs });
}

function planJob(input: PlanInput, job: TuningJob): PlanResult {
  const { workspace } = input;
  const { model, facts, method } = job;
  const rung = rungOf(workspace, input.rung);
  const isNamed = rung.instanceType !== '' || input.provisioning.mode === 'brought';
  const choice = chooseSize({ input, rung, judge: sku => judgeTuning(job, sku, isNamed) });
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
  return {
    ok: true,
    plan: {
      job: 'tuning',
      rung: rung.index,
      nodes,
      candidates: choice.candidates,
      warnings: [...judgement.warnings, ...savingWarning(input, job)],
      method,
      model: { id, servedName, ...(revision !== undefined && { revision }), gated, weightsGiB, weights: 'image' },
      ...trainerOf(input, job, judgement.detail),
      asked: { tuning: workspace.tuning, ...(input.config !== undefined && { config: input.config }) },
    },
  };
}

function trainerOf(
  { workspace: { tuning }, config: text }: PlanInput,
  { model, method, config }: TuningJob,
  { sku, images, memory }: TuningFit,
): Pick<TuningPlan, 'trainer' | 'memory' | 'bfloat16'> {
  const bfloat16 = hasBfloat16(sku);
  // A volume for the result outlives the pod, so that checkpoints are worth writing there.
  const checkpoints = tuning?.output?.volumeSource !== undefined;
  const settings = {
    text: effectiveTrainingConfig(text, { method, bfloat16, checkpoints }),
    outputFolder: config?.outputFolder ?? defaultOutputFolder,
  };
  return {
    trainer: plannedTrainer(images, { model, sku, preset: tuning?.preset, config: settings }),
    memory,
    bfloat16,
  };
}

/** bfloat16, in which models are tuned by default, needs compute capability 8.0 (NVIDIA, "CUDA C++ Programming Guide", arithmetic). */
const bfloat16Capability = 8;

function hasBfloat16({ computeCapability }: GpuSku): boolean {
  return Number(computeCapability ?? 0) >= bfloat16Capability;
}

function judgeTuning(job: TuningJob, sku: Sku, isNamed: boolean): Judgement<TuningFit> {
  const { model, facts, method, needs } = job;
  if (!hasGpus(sku)) return unfit('GpuRequired', `it has no GPU, and fine-tuning ${model.id} needs one`);
  if (sku.vendor !== 'nvidia')
    return unfit('GpuVendorNotSupported', `it has ${sku.gpuModel}, and the images need NVIDIA GPUs`);
  // Nobody gets such a GPU who did not ask for it.
  if (!hasBfloat16(sku) && !isNamed) return unfit('RuntimeNotSupported', 'its GPUs have no bfloat16');
  const images = trainerImages(model, facts, sku, job.preset);
  if ('fits' in images) return images;
  const memory = tuningFit(needs, gpuGiB(sku));
  if (memory.kvCacheGiB >= 0) {
    return { fits: true, nodes: 1, detail: { sku, images, memory }, warnings: precisionWarning(job, sku) };
  }
  return unfit(
    'GpuMemoryTooSmall',
    `${method} of ${model.id} takes ${round(needs.totalGiB)} GiB on each GPU (${shares(needs)}), and these have ${gpuGiB(sku)} GiB`,
  );
}

/** Where the memory goes, so that a reader sees what to make smaller. */
function shares({ weightsGiB, adapterGiB, activationsGiB, overheadGiB }: TuningNeeds): string {
  return `weights ${round(weightsGiB)}, adapter ${round(adapterGiB)}, activations ${round(activationsGiB)}, overhead ${round(overheadGiB)}`;
}

function round(gib: number): string {
  return String(Math.round(gib * 10) / 10);
}

/** KAITO v0.3 tuned on such GPUs. The defaults go by what they have; what users wrote stands. */
function precisionWarning({ config }: TuningJob, sku: GpuSku): readonly string[] {
  if (hasBfloat16(sku)) return [];
  const has = `the GPUs of ${sku.name} (compute capability ${sku.computeCapability ?? 'none'}) have no bfloat16`;
  if (!config) return [`${has}: the training computes in float16`];
  if (config.precision === 'float16') return [];
  return [`${has}: set torch_dtype float16 and fp16 true in the training config, or take a newer size`];
}

/** A volume keeps checkpoints, if there are any. */
function savingWarning({ workspace }: PlanInput, { config }: TuningJob): readonly string[] {
  if (config?.saves !== 'no' || !workspace.tuning?.output?.volumeSource) return [];
  return [
    'save_strategy is "no" in the training config: a training that loses its node begins again at step 0, though the volume of its output could keep checkpoints; set it to steps, or leave it out',
  ];
}
