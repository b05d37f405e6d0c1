import { memoryFit } from '../fit/memory-fit.ts';
import { minContextLength, neededTokens } from '../fit/placement.ts';
import { unfit, type Judgement } from './judgement.ts';
import { shortage, startedAnyway } from './memory-words.ts';
import type { ChosenRuntime } from './runtime.ts';
import { spread, type Judged, type ServerFit } from './server-fit.ts';

/** The server takes what it needs; some is left for what is not counted. */
const utilization = 0.95;

/** Judges whether the transformers server serves a job on one node. It deals the layers out to the GPUs that it sees (`device_map: auto`). */
export function judgeTransformers(
  { job, gpus, amount }: Judged,
  runtime: ChosenRuntime & { readonly name: 'transformers' },
): Judgement<ServerFit> {
  const { shape } = runtime;
  const { model } = job;
  const parallelism = { tensor: 1, pipeline: Math.min(gpus.count, shape.layers), data: 1 };
  const memory = memoryFit(model, shape, { gpuGiB: gpus.gpuGiB, utilization, split: parallelism });
  const least = neededTokens(model, {});
  const fits = memory.kvCacheTokens >= least;
  if (!fits && !job.bypass) {
    return unfit('GpuMemoryTooSmall', `${shortage(job, memory)}, and the transformers server runs on one node`);
  }
  const held = Math.min(model.contextLength, memory.kvCacheTokens);
  const contextLength = Math.max(held, Math.min(minContextLength, model.contextLength));
  const fit = { runtime, gpusPerPod: gpus.count, podsPerCopy: 1, parallelism, contextLength, memory };
  return spread(fit, amount, { warnings: fits ? [] : [startedAnyway(job, memory)] });
}
