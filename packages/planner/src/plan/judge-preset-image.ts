import type { PodGpus } from '../fit/placement.ts';
import type { PresetImage } from '../models/model.ts';
import { unfit, type Judgement } from './judgement.ts';
import type { ChosenRuntime } from './runtime.ts';
import { spread, type Judged, type ServerFit } from './server-fit.ts';

/** Judges whether an image of KAITO v0.3 serves a job: by the needs that KAITO's table states, on one node. */
export function judgePresetImage(
  { job, gpus, amount }: Judged,
  runtime: ChosenRuntime & { readonly name: 'preset-image' },
): Judgement<ServerFit> {
  const { gpuCount } = runtime.image;
  const { id, contextLength, weightsGiB } = job.model;
  // KAITO states 16 GiB for Phi-3 medium, whose weights alone are 26: what a model weighs it needs.
  const gpuMemoryGiB = Math.max(runtime.image.gpuMemoryGiB, Math.ceil(weightsGiB));
  const wanted = gpusOf({ ...runtime.image, gpuMemoryGiB }, gpus);
  const fits = wanted <= gpus.count;
  const has = `it has ${gpus.count} GPU with ${gpus.count * gpus.gpuGiB} GiB in all`;
  const shortage = `${has}, but ${id} needs ${gpuCount} GPU and ${gpuMemoryGiB} GiB on one node`;
  if (!fits && !job.bypass) return unfit('GpuMemoryTooSmall', shortage);
  const gpusPerPod = Math.min(wanted, gpus.count);
  const parallelism = { tensor: 1, pipeline: gpusPerPod, data: 1 };
  const fit = { runtime, gpusPerPod, podsPerCopy: 1, parallelism, contextLength };
  return spread(fit, amount, {
    warnings: fits ? [] : [`${shortage}; started all the same, as the annotation asks`],
  });
}

/** GPUs that the image takes: what it asks for, and more where one is too small and the server spreads over all that it sees. */
function gpusOf({ gpuCount, gpuMemoryGiB, launcher }: PresetImage, gpus: PodGpus): number {
  const byMemory = Math.ceil(gpuMemoryGiB / gpus.gpuGiB);
  // torchrun starts one process for each GPU that the catalogue names: further GPUs would idle.
  if (launcher.program.endsWith('torchrun')) return byMemory > gpuCount ? Number.POSITIVE_INFINITY : gpuCount;
  return Math.max(gpuCount, byMemory);
}
