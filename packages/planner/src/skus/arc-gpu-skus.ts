import type { GpuSku } from './gpu-sku.ts';

const memoryGiB = 16;

/** One GPU up to eight cores, two above (KAITO v0.12, pkg/sku/arc_sku_handker.go). */
const gpusByCores: readonly (readonly [cores: number, gpuCount: number])[] = [
  [4, 1],
  [8, 1],
  [16, 2],
  [32, 2],
];

/** The sizes with GPUs of AKS enabled by Azure Arc, on hardware of one's own. */
export const arcGpuSkus: readonly GpuSku[] = ['A2', 'A16'].flatMap(model =>
  gpusByCores.map(([cores, gpuCount]) => ({
    name: `Standard_NC${cores}_${model}`,
    gpuCount,
    gpuMemoryGiB: gpuCount * memoryGiB,
    gpuModel: `NVIDIA ${model}`,
    vendor: 'nvidia' as const,
    computeCapability: '8.6',
    nvme: false,
  })),
);
