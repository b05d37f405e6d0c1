import type { Preset } from './presets/preset.ts';
import type { GpuSku } from './skus/gpu-sku.ts';

/**
 * GPUs that one pod of the preset needs on a node of this size: what the preset asks for, and more where one GPU is too small, because
 * the server spreads the model over all that it sees.
 *
 * @returns `undefined` when the whole node is too small
 */
export function gpusPerPod(
  { gpuCount, gpuMemoryGiB }: Pick<Preset, 'gpuCount' | 'gpuMemoryGiB'>,
  sku: GpuSku,
): number | undefined {
  const needed = Math.max(gpuCount, Math.ceil(gpuMemoryGiB / (sku.gpuMemoryGiB / sku.gpuCount)));
  return needed <= sku.gpuCount ? needed : undefined;
}
