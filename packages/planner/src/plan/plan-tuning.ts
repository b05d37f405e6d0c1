import { tuningMethod } from '../checks/workload.ts';
import { defaultTraining, tuningFit, tuningNeeds, type TuningNeeds } from '../fit/tuning-fit.ts';
import type { Model, ModelShape, TuningFacts } from '../models/model.ts';
import { gpuGiB, type GpuSku } from '../skus/gpu-sku.ts';
import { hasGpus, type Sku } from '../skus/sku.ts';
import { chooseSize } from './choose-size.ts';
import { unfit, type Judgement } from './judgement.ts';
import { rungOf } from './ladder.ts';
import type { PlanInput, PlanResult } from './plan-input.ts';
import type { MemoryFit } from './plan.ts';
import { plannedNodes } from './planned-nodes.ts';

interface TuningJob {
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
  const job = { model, shape, facts, method };
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
      gpusPerPod: sku.gpuCount,
      memory: judgement.detail,
    },
  };
}

/** bfloat16, in which models are tuned by default, needs compute capability 8.0 (NVIDIA, "CUDA C++ Programming Guide", arithmetic). */
const bfloat16Capability = 8;

function judgeTuning(
  { model, method }: TuningJob,
  needs: TuningNeeds,
  sku: Sku,
  isNamed: boolean,
): Judgement<MemoryFit> {
  if (!hasGpus(sku)) return unfit('GpuRequired', `it has no GPU, and fine-tuning ${model.id} needs one`);
  if (sku.vendor !== 'nvidia')
    return unfit('GpuVendorNotSupported', `it has ${sku.gpuModel}, and the images need NVIDIA GPUs`);
  const warnings = precisionWarning(sku);
  // Nobody gets such a GPU who did not ask for it.
  if (warnings.length > 0 && !isNamed) return unfit('RuntimeNotSupported', 'its GPUs have no bfloat16');
  const memory = tuningFit(needs, gpuGiB(sku));
  if (memory.kvCacheGiB >= 0) return { fits: true, nodes: 1, detail: memory, warnings };
  const total = Math.round(needs.totalGiB * 10) / 10;
  return unfit(
    'GpuMemoryTooSmall',
    `${method} of ${model.id} takes ${total} GiB on each GPU, and these have ${gpuGiB(sku)} GiB`,
  );
}

/** KAITO v0.3 tuned on such GPUs; the trainer goes on there, by emulation. */
function precisionWarning({ name, computeCapability }: GpuSku): readonly string[] {
  if (Number(computeCapability ?? 0) >= bfloat16Capability) return [];
  return [
    `the GPUs of ${name} (compute capability ${computeCapability ?? 'none'}) have no bfloat16: set torch_dtype float16 in the training config, or take a newer size`,
  ];
}
