import type { PodGpus } from '../fit/placement.ts';
import { gpuMemoryUtilization } from '../fit/utilization.ts';
import { gpuGiB, type GpuSku } from '../skus/gpu-sku.ts';
import { hasGpus, type Sku } from '../skus/sku.ts';
import { migSliceGiB } from '../skus/mig-profiles.ts';
import type { Amount, InferenceJob } from './inference-job.ts';
import { judgeCpu } from './judge-cpu.ts';
import { judgePresetImage } from './judge-preset-image.ts';
import { judgeTransformers } from './judge-transformers.ts';
import { judgeVllm } from './judge-vllm.ts';
import { unfit, type Judgement, type Unfit } from './judgement.ts';
import { runtimeOn } from './runtime.ts';
import type { ServerFit } from './server-fit.ts';

/** Says whether a size serves a job, with which server and on how many nodes, or why it does not. */
export function judgeInference(job: InferenceJob, sku: Sku, amount: Amount): Judgement<ServerFit> {
  const { cpuServer: server, id } = job.model;
  if (server) return judgeCpu(job, { server, sku, amount });
  return hasGpus(sku) ? judgeGpus(job, sku, amount) : unfit('GpuRequired', `it has no GPU, and ${id} needs one`);
}

function judgeGpus(job: InferenceJob, sku: GpuSku, amount: Amount): Judgement<ServerFit> {
  if (sku.vendor !== 'nvidia') {
    return unfit('GpuVendorNotSupported', `it has ${sku.gpuModel}, and the images need NVIDIA GPUs`);
  }
  const runtime = runtimeOn(job.workspace, job.model, sku);
  if ('fits' in runtime) return runtime;
  const gpus = podGpus(job, sku);
  if ('fits' in gpus) return gpus;
  const judged = { job, gpus, amount };
  if (runtime.name === 'preset-image') return judgePresetImage(judged, runtime);
  return runtime.name === 'vllm' ? judgeVllm(judged, runtime) : judgeTransformers(judged, runtime);
}

/** The GPUs that a pod gets: all of a node, or the part that is asked for. */
function podGpus({ config, part }: InferenceJob, sku: GpuSku): PodGpus | Unfit {
  const utilization = config.utilization ?? gpuMemoryUtilization(sku.gpuModel);
  if (!part) return { count: sku.gpuCount, gpuGiB: gpuGiB(sku), utilization };
  if (part.mode === 'mig') return { count: 1, gpuGiB: migSliceGiB(part.profile ?? '') ?? 0, utilization };
  if (part.count <= sku.gpuCount) return { count: part.count, gpuGiB: gpuGiB(sku), utilization };
  return unfit('PartitionInvalid', `it has ${sku.gpuCount} GPUs, and resource.partition.count is ${part.count}`);
}
