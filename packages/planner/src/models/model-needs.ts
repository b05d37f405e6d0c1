import type { Model, ModelShape } from './model.ts';

/** Disk beside the weights, in GiB: image, logs and the system (KAITO, `SystemFileDiskSizeGiB`). */
const systemDiskGiB = 80;

// KAITO v0.12.0, presets/workspace/models/vllm_model.go: what a start takes at 60 MB/s from Hugging Face, within half an hour and three.
const startSeconds = { base: 15 * 60, perGiB: 18, least: 30 * 60, most: 180 * 60 };

/** Bytes that the key-value cache of the whole model takes for one token, before it is spread over GPUs. */
export function kvBytesPerToken({ layers, attention, kvValueBytes }: ModelShape): number {
  const values = attention.kind === 'latent' ? attention.size : 2 * attention.kvHeads * attention.headDim;
  return layers * values * kvValueBytes;
}

/** Disk of a node that downloads the weights, in whole GiB. */
export function diskGiB({ weightsGiB }: Pick<Model, 'weightsGiB'>): number {
  return Math.trunc(weightsGiB + systemDiskGiB);
}

/** Seconds that a start may take before it counts as stuck. */
export function startTimeoutSeconds({ weightsGiB }: Pick<Model, 'weightsGiB'>): number {
  const { base, perGiB, least, most } = startSeconds;
  return Math.round(Math.min(most, Math.max(least, base + perGiB * weightsGiB)));
}
