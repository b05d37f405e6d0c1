import { arcGpuSkus } from './arc-gpu-skus.ts';
import { awsGpuSkus } from './aws-gpu-skus.ts';
import { azureCpuSkus } from './azure-cpu-skus.ts';
import { azureGpuSkus } from './azure-gpu-skus.ts';
import type { GpuSku } from './gpu-sku.ts';
import type { Sku } from './sku.ts';

/** The clouds whose sizes are known (KAITO v0.12, CLOUD_PROVIDER). */
export const clouds = ['azure', 'aws', 'arc'] as const;
export type Cloud = (typeof clouds)[number];

const tables: Readonly<Record<Cloud, readonly GpuSku[]>> = {
  azure: azureGpuSkus,
  aws: awsGpuSkus,
  arc: arcGpuSkus,
};

/** The sizes with GPUs of a cloud. */
export function gpuSkusOf(cloud: Cloud): readonly GpuSku[] {
  return tables[cloud];
}

/** All sizes of a cloud that are known. Without GPUs there are some of Azure's only. */
export function skusOf(cloud: Cloud): readonly Sku[] {
  return cloud === 'azure' ? [...tables.azure, ...azureCpuSkus] : tables[cloud];
}
