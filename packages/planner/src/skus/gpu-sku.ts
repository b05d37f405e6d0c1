/** A VM size with GPUs, as far as planning needs it. */
export interface GpuSku {
  /** The cloud's own spelling, which is also the value of the node label `node.kubernetes.io/instance-type`. */
  readonly name: string;
  readonly gpuCount: number;
  /** Memory of all GPUs of one node together, in GiB. */
  readonly gpuMemoryGiB: number;
  readonly gpuModel: string;
  readonly vendor: 'nvidia' | 'amd';
  /** CUDA compute capability as NVIDIA lists it, e.g. `7.0`; NVIDIA only. */
  readonly computeCapability?: string;
}

/** Looks a VM size up by name; the case does not matter, as in Azure Resource Manager. */
export function findGpuSku(skus: readonly GpuSku[], name: string): GpuSku | undefined {
  const wanted = name.toLowerCase();
  return skus.find(sku => sku.name.toLowerCase() === wanted);
}
