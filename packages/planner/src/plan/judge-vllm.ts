import { forceModel, placeModel, type Placement, type ServingNeeds } from '../fit/placement.ts';
import type { ModelShape } from '../models/model.ts';
import type { Amount } from './inference-job.ts';
import { unfit, type Judgement, type Unfit } from './judgement.ts';
import { shortage, startedAnyway } from './memory-words.ts';
import type { ChosenRuntime } from './runtime.ts';
import { spread, type Judged, type ServerFit } from './server-fit.ts';

/** A context from which on conversations and tools work; sizes with less come after others when the size is ours to choose. */
const usefulContextLength = 8192;

/** More nodes than this for one copy are hardly meant, and cost a fortune: the count must say so. */
const maxUnaskedPods = 16;

/** Judges whether vLLM serves a job on these GPUs, on one node or on several that Ray joins. */
export function judgeVllm(judged: Judged, runtime: ChosenRuntime & { readonly name: 'vllm' }): Judgement<ServerFit> {
  const { job, gpus, amount } = judged;
  const needs = needsOf(judged);
  const placed = placeModel(job.model, runtime.shape, gpus, needs);
  const placement = placed ?? (job.bypass ? forced(judged, runtime.shape) : undefined);
  if (!placement) return tooSmall(judged, runtime.shape);
  const { pods, parallelism, memory, contextLength } = placement;
  const fit = { runtime, gpusPerPod: gpus.count, podsPerCopy: pods, parallelism, contextLength, memory };
  const isShort = contextLength < Math.min(usefulContextLength, job.model.contextLength);
  const drawback = isShort ? `holds only ${contextLength} tokens of context` : undefined;
  return spread(fit, amount, { drawback, warnings: placed ? [] : [startedAnyway(job, memory)] });
}

function needsOf({ job: { config, part }, amount }: Judged): ServingNeeds {
  const { contextLength, kvValueBytes } = config;
  return { contextLength, kvValueBytes, maxPods: part?.mode === 'mig' ? 1 : Math.max(maxUnaskedPods, asked(amount)) };
}

/** On the nodes that were asked for, whether it fits or not. */
function forced(judged: Judged, shape: ModelShape): Placement | undefined {
  return forceModel(judged.job.model, shape, judged.gpus, { ...needsOf(judged), pods: asked(judged.amount) });
}

function asked(amount: Amount): number {
  return 'nodes' in amount ? amount.nodes : 1;
}

/** What is missing even on the largest number of nodes that the layers can be dealt out to. */
function tooSmall(judged: Judged, shape: ModelShape): Unfit {
  const { job, gpus } = judged;
  const needs = needsOf(judged);
  for (let pods = Math.min(needs.maxPods, shape.layers); pods >= 1; pods--) {
    const most = forceModel(job.model, shape, gpus, { ...needs, pods });
    if (!most) continue;
    const where = job.part?.mode === 'mig' ? ` of a slice of ${gpus.gpuGiB} GiB` : '';
    const nodes = pods > 1 ? `, even on ${pods} nodes` : '';
    return unfit('GpuMemoryTooSmall', `${shortage(job, most.memory)}${where}${nodes}`);
  }
  return unfit(
    'GpuMemoryTooSmall',
    `its ${gpus.count} GPUs cannot share the ${shape.layers} layers of ${job.model.id}`,
  );
}
