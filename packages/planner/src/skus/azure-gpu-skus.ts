import type { GpuSku } from './gpu-sku.ts';

/** A size of Azure: its accelerators are all GPUs. */
export interface AzureGpuSku extends GpuSku {
  readonly vendor: 'nvidia' | 'amd';
}

interface GpuModel extends Pick<AzureGpuSku, 'gpuModel' | 'vendor' | 'computeCapability'> {
  /** Memory of one GPU, in GiB. */
  readonly memoryGiB: number;
}

// Compute capabilities: NVIDIA's list of CUDA GPUs. Memory: Azure's pages of the VM series.
const m60: GpuModel = { gpuModel: 'NVIDIA M60', vendor: 'nvidia', computeCapability: '5.2', memoryGiB: 8 };
const v100: GpuModel = { gpuModel: 'NVIDIA V100', vendor: 'nvidia', computeCapability: '7.0', memoryGiB: 16 };
const t4: GpuModel = { gpuModel: 'NVIDIA T4', vendor: 'nvidia', computeCapability: '7.5', memoryGiB: 16 };
const a10: GpuModel = { gpuModel: 'NVIDIA A10', vendor: 'nvidia', computeCapability: '8.6', memoryGiB: 24 };
const a100With40: GpuModel = { gpuModel: 'NVIDIA A100', vendor: 'nvidia', computeCapability: '8.0', memoryGiB: 40 };
const a100With80: GpuModel = { gpuModel: 'NVIDIA A100', vendor: 'nvidia', computeCapability: '8.0', memoryGiB: 80 };
const h100With80: GpuModel = { gpuModel: 'NVIDIA H100', vendor: 'nvidia', computeCapability: '9.0', memoryGiB: 80 };
const h100With94: GpuModel = { gpuModel: 'NVIDIA H100', vendor: 'nvidia', computeCapability: '9.0', memoryGiB: 94 };
const h200: GpuModel = { gpuModel: 'NVIDIA H200', vendor: 'nvidia', computeCapability: '9.0', memoryGiB: 141 };
const v620: GpuModel = { gpuModel: 'AMD Radeon PRO V620', vendor: 'amd', memoryGiB: 32 };
const mi25: GpuModel = { gpuModel: 'AMD Radeon Instinct MI25', vendor: 'amd', memoryGiB: 16 };

function sku(name: string, gpuCount: number, { memoryGiB, ...gpu }: GpuModel): AzureGpuSku {
  return { name, gpuCount, gpuMemoryGiB: gpuCount * memoryGiB, ...gpu, nvme: false };
}

/** NVMe disks: Azure's pages of the VM series, "local (temp) storage". */
function nvmeSku(name: string, gpuCount: number, gpu: GpuModel): AzureGpuSku {
  return { ...sku(name, gpuCount, gpu), nvme: true };
}

/**
 * Azure's GPU VM sizes: those of today, and the V100, T4 and M60 sizes that KAITO supported up to v0.11. Sizes with a part of a GPU are
 * left out: a pod cannot ask for less than one.
 */
export const azureGpuSkus: readonly AzureGpuSku[] = [
  sku('Standard_NC6s_v3', 1, v100),
  sku('Standard_NC12s_v3', 2, v100),
  sku('Standard_NC24s_v3', 4, v100),
  sku('Standard_NC24rs_v3', 4, v100),
  sku('Standard_NC4as_T4_v3', 1, t4),
  sku('Standard_NC8as_T4_v3', 1, t4),
  sku('Standard_NC16as_T4_v3', 1, t4),
  sku('Standard_NC64as_T4_v3', 4, t4),
  sku('Standard_NV36ads_A10_v5', 1, a10),
  sku('Standard_NV72ads_A10_v5', 2, a10),
  nvmeSku('Standard_NC24ads_A100_v4', 1, a100With80),
  nvmeSku('Standard_NC48ads_A100_v4', 2, a100With80),
  nvmeSku('Standard_NC96ads_A100_v4', 4, a100With80),
  // KAITO's tables have it under the pattern of its larger sister.
  { ...sku('Standard_ND96asr_v4', 8, a100With40), otherNames: ['Standard_ND96asr_A100_v4'] },
  // 8 × 80 GiB. Older tables said 80 in all, which kept large models off this size.
  { ...nvmeSku('Standard_ND96amsr_A100_v4', 8, a100With80), otherNames: ['Standard_ND96amsr_v4'] },
  nvmeSku('Standard_NC40ads_H100_v5', 1, h100With94),
  nvmeSku('Standard_NC80adis_H100_v5', 2, h100With94),
  sku('Standard_NCC40ads_H100_v5', 1, h100With94),
  nvmeSku('Standard_ND96isr_H100_v5', 8, h100With80),
  nvmeSku('Standard_ND96isr_H200_v5', 8, h200),
  sku('Standard_NV6', 1, m60),
  sku('Standard_NV12', 2, m60),
  sku('Standard_NV24', 4, m60),
  sku('Standard_NV12s_v3', 1, m60),
  sku('Standard_NV24s_v3', 2, m60),
  sku('Standard_NV48s_v3', 4, m60),
  sku('Standard_NV32as_v4', 1, mi25),
  sku('Standard_NG32ads_V620_v1', 1, v620),
  sku('Standard_NG32adms_V620_v1', 1, v620),
];
