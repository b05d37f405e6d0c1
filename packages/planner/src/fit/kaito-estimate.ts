const bytesInGiB = 1024 ** 3;

/** KAITO v0.12, pkg/workspace/estimator/nodesestimator/estimator.go. */
export const kaitoConstants = {
  /** Share of a GPU that vLLM is told to take. */
  utilization: 0.84,
  /** Weights grow by this factor between disk and GPU. */
  weightExpansion: 1.02,
  /** CUDA context, communication buffers, CUDA graphs and activations of a small model, in GiB per GPU. */
  baseOverheadGiB: 2.3,
  /** Activations and CUDA graphs grow with the model: share of the weights of a GPU. */
  overheadPerWeight: 0.05,
  /** Context that is reserved when nobody names one. */
  contextLength: 2048,
} as const;

/** What KAITO's estimate starts from. */
export interface KaitoEstimateInput {
  readonly weightsGiB: number;
  readonly kvBytesPerToken: number;
  /** Tokens to reserve cache for; KAITO's default when absent. */
  readonly contextLength?: number;
  readonly gpuCount: number;
  /** Memory of all GPUs of a node, in GiB. */
  readonly gpuMemoryGiB: number;
}

/**
 * Nodes that KAITO v0.12 would take for a model: the baseline that our own fit is compared with.
 *
 * @returns undefined where KAITO says that the GPU is too small for any share of a model
 */
export function kaitoEstimate(input: KaitoEstimateInput): number | undefined {
  const { weightsGiB, kvBytesPerToken, gpuCount, gpuMemoryGiB } = input;
  const { utilization, weightExpansion, baseOverheadGiB, overheadPerWeight } = kaitoConstants;
  const cache = ((input.contextLength ?? kaitoConstants.contextLength) * kvBytesPerToken) / gpuCount;
  const reserved = baseOverheadGiB * bytesInGiB + cache;
  const available = Math.floor((gpuMemoryGiB * bytesInGiB) / gpuCount) * utilization;
  if (available <= reserved) return undefined;
  const perGpu = (available - reserved) / (1 + overheadPerWeight);
  const gpus = Math.floor((weightsGiB * bytesInGiB * weightExpansion) / perGpu) + 1;
  return Math.ceil(gpus / gpuCount);
}
