import { neededTokens } from '../fit/placement.ts';
import type { InferenceJob } from './inference-job.ts';
import type { MemoryFit } from './plan.ts';

/** What a model needs of each GPU, and how much that is too much, as one clause. */
export function shortage({ model, config }: InferenceJob, memory: MemoryFit): string {
  const { weightsGiB, overheadGiB, gpuGiB, utilization } = memory;
  const usable = gpuGiB * utilization;
  const missing = weightsGiB + overheadGiB - usable;
  const takes = `${model.id} takes ${round(weightsGiB)} GiB of weights and ${round(overheadGiB)} GiB of overhead on each GPU`;
  if (missing > 0) return `${takes}, ${round(missing)} GiB more than the ${round(usable)} GiB that may be used`;
  return `${takes}, which leaves ${memory.kvCacheTokens} tokens of cache where ${neededTokens(model, config)} are needed`;
}

/** The same where the user wants it to start all the same. */
export function startedAnyway(job: InferenceJob, memory: MemoryFit): string {
  return `${shortage(job, memory)}; started all the same, as the annotation asks`;
}

function round(gib: number): string {
  return String(Math.round(gib * 10) / 10);
}
