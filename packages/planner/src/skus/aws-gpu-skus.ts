import type { GpuSku } from './gpu-sku.ts';

type Accelerator = Pick<GpuSku, 'gpuModel' | 'vendor' | 'computeCapability'> & { readonly memoryGiB: number };

// Numbers and memory: KAITO v0.12, pkg/sku/aws_sku_handler.go. Compute capabilities: NVIDIA's list of CUDA GPUs.
const a100With40: Accelerator = { gpuModel: 'NVIDIA A100', vendor: 'nvidia', computeCapability: '8.0', memoryGiB: 40 };
const a100With80: Accelerator = { ...a100With40, memoryGiB: 80 };
const h100: Accelerator = { gpuModel: 'NVIDIA H100', vendor: 'nvidia', computeCapability: '9.0', memoryGiB: 80 };
const h200: Accelerator = { gpuModel: 'NVIDIA H200', vendor: 'nvidia', computeCapability: '9.0', memoryGiB: 141 };
const l4: Accelerator = { gpuModel: 'NVIDIA L4', vendor: 'nvidia', computeCapability: '8.9', memoryGiB: 24 };
const a10g: Accelerator = { gpuModel: 'NVIDIA A10G', vendor: 'nvidia', computeCapability: '8.6', memoryGiB: 24 };
const v520: Accelerator = { gpuModel: 'AMD Radeon Pro V520', vendor: 'amd', memoryGiB: 8 };
const trainium: Accelerator = { gpuModel: 'AWS Trainium', vendor: 'aws', memoryGiB: 32 };
const inferentia2: Accelerator = { gpuModel: 'AWS Inferentia2', vendor: 'aws', memoryGiB: 32 };

function sizes(
  names: readonly string[],
  gpuCount: number,
  { memoryGiB, ...model }: Accelerator,
  nvme = true,
): readonly GpuSku[] {
  return names.map(name => ({ name, gpuCount, gpuMemoryGiB: gpuCount * memoryGiB, ...model, nvme }));
}

/** EC2's instance types with GPUs, and those with accelerators of Amazon's own, which no image here runs on. */
export const awsGpuSkus: readonly GpuSku[] = [
  ...sizes(['p4d.24xlarge'], 8, a100With40),
  ...sizes(['p4de.24xlarge'], 8, a100With80),
  ...sizes(['p5.48xlarge'], 8, h100),
  ...sizes(['p5e.48xlarge', 'p5en.48xlarge'], 8, h200),
  ...sizes(['g6.xlarge', 'g6.2xlarge', 'g6.4xlarge', 'g6.8xlarge', 'g6.16xlarge'], 1, l4),
  ...sizes(['gr6.4xlarge', 'gr6.8xlarge'], 1, l4),
  ...sizes(['g6.12xlarge', 'g6.24xlarge'], 4, l4),
  ...sizes(['g6.48xlarge'], 8, l4),
  ...sizes(['g5.xlarge', 'g5.2xlarge', 'g5.4xlarge', 'g5.8xlarge', 'g5.16xlarge'], 1, a10g),
  ...sizes(['g5.12xlarge', 'g5.24xlarge'], 4, a10g),
  ...sizes(['g5.48xlarge'], 8, a10g),
  ...sizes(['g4ad.xlarge', 'g4ad.2xlarge', 'g4ad.4xlarge'], 1, v520),
  ...sizes(['g4ad.8xlarge'], 2, v520),
  ...sizes(['g4ad.16xlarge'], 4, v520),
  ...sizes(['trn1.2xlarge'], 1, trainium),
  ...sizes(['trn1.32xlarge', 'trn1n.32xlarge'], 16, trainium),
  ...sizes(['inf2.xlarge', 'inf2.8xlarge'], 1, inferentia2, false),
  ...sizes(['inf2.24xlarge'], 6, inferentia2, false),
  ...sizes(['inf2.48xlarge'], 12, inferentia2, false),
];
