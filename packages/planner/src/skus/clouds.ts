import { arcGpuSkus } from './arc-gpu-skus.ts';
import { awsGpuSkus } from './aws-gpu-skus.ts';
import { azureGpuSkus } from './azure-gpu-skus.ts';
import type { GpuSku } from './gpu-sku.ts';

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
