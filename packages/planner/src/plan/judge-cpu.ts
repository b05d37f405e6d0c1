import type { CpuServer } from '../models/model.ts';
import { describeSku, hasGpus, type Sku } from '../skus/sku.ts';
import type { Amount, InferenceJob } from './inference-job.ts';
import { unfit, type Judgement } from './judgement.ts';
import { spread, type ServerFit } from './server-fit.ts';

const alone = { tensor: 1, pipeline: 1, data: 1 } as const;

/**
 * Judges whether a size serves a model that runs on CPUs, one copy on each node. A size with GPUs is refused: they would be paid for and
 * never used.
 */
export function judgeCpu(
  { model }: InferenceJob,
  { server, sku, amount }: { readonly server: CpuServer; readonly sku: Sku; readonly amount: Amount },
): Judgement<ServerFit> {
  if (hasGpus(sku)) return unfit('GpuUnused', `it has ${describeSku(sku)}, which would idle: ${model.id} runs on CPUs`);
  // The node itself, and what else runs on each node, need some of both.
  if (sku.vcpus <= server.cpus || sku.memoryGiB <= server.memoryGiB) {
    const needs = `${server.cpus} vCPU and ${server.memoryGiB} GiB`;
    return unfit('MachineTooSmall', `it has ${describeSku(sku)}, and ${model.id} needs more than ${needs}`);
  }
  const { contextLength } = server;
  const runtime = { name: 'cpu', server } as const;
  return spread({ runtime, gpusPerPod: 0, podsPerCopy: 1, parallelism: alone, contextLength }, amount, {
    warnings: [],
  });
}
