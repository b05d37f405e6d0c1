import type { CpuSku } from './azure-cpu-skus.ts';
import { gpuGiB, type GpuSku } from './gpu-sku.ts';

/** A VM size, with GPUs or without. */
export type Sku = GpuSku | CpuSku;

/** Whether a size has GPUs. */
export function hasGpus(sku: Sku): sku is GpuSku {
  return sku.gpuCount > 0;
}

/** Looks a VM size up by any of its names; the case does not matter, as in Azure Resource Manager. */
export function findSku<T extends Sku>(skus: readonly T[], name: string): T | undefined {
  const wanted = name.toLowerCase();
  return skus.find(sku => [sku.name, ...(sku.otherNames ?? [])].some(spelling => spelling.toLowerCase() === wanted));
}

/** What a size has, in a few words: `1 × NVIDIA A100 of 80 GiB`, or `2 vCPU and 8 GiB`. */
export function describeSku(sku: Sku): string {
  if (!hasGpus(sku)) return `${sku.vcpus} vCPU and ${sku.memoryGiB} GiB`;
  return `${sku.gpuCount} × ${sku.gpuModel} of ${gpuGiB(sku)} GiB`;
}
