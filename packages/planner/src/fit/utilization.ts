import { kaitoConstants } from './kaito-estimate.ts';

/** `NVIDIA A10` in our table, `NVIDIA-A10` on node labels. */
const a10 = /\bA10$/i;
const a10Utilization = 0.82;

/**
 * Share of a GPU's memory that vLLM is told to take. KAITO v0.12, pkg/model/interface.go: 0.84, and 0.82 on the A10, whose 24 GiB leave
 * too little beside it while CUDA graphs are captured.
 */
export function gpuMemoryUtilization(gpuModel: string): number {
  return a10.test(gpuModel.trim()) ? a10Utilization : kaitoConstants.utilization;
}
