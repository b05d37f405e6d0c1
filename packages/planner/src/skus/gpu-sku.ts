/** A VM size with GPUs, as far as planning needs it. */
export interface GpuSku {
  /** The cloud's own spelling, which is also the value of the node label `node.kubernetes.io/instance-type`. */
  readonly name: string;
  /** Other names under which users know the size. */
  readonly otherNames?: readonly string[];
  readonly gpuCount: number;
  /** Memory of all GPUs of one node together, in GiB. */
  readonly gpuMemoryGiB: number;
  readonly gpuModel: string;
  readonly vendor: 'nvidia' | 'amd' | 'aws';
  /** CUDA compute capability as NVIDIA lists it, e.g. `7.0`; NVIDIA only. */
  readonly computeCapability?: string;
  /** The node has NVMe disks of its own, beside the temporary disk. */
  readonly nvme: boolean;
}

/** Memory of one GPU, in GiB. */
export function gpuGiB(sku: GpuSku): number {
  return sku.gpuMemoryGiB / sku.gpuCount;
}

/** The CUDA compute capability as a number, such as 8.6; 0 where there is none. */
export function computeCapability(sku: GpuSku): number {
  return Number(sku.computeCapability ?? 0);
}
