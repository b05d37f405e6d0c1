import type { Attention, Model, ModelShape } from '../models/model.ts';
import { kvBytesPerToken } from '../models/model-needs.ts';
import type { MemoryFit } from '../plan/plan.ts';
import { kaitoConstants } from './kaito-estimate.ts';
import type { Split } from './parallelism.ts';

const bytesInGiB = 1024 ** 3;

/** Tokens are handed out in blocks of this size (vLLM, `--block-size`). */
const blockTokens = 16;

/**
 * Layers that keep every token, as a share of all: 1 of 4 in Qwen3.5 (`full_attention_interval: 4`), 1 of 6 in Gemma 4 (five local layers
 * for each global one), 1 of 2 in gpt-oss (`layer_types` alternate). The others keep a window or a state of fixed size. Source: the
 * configurations on Hugging Face. Counted for architectures that vLLM's hybrid cache manager serves here; docs/decisions/0010-memory-fit.md.
 */
const cachedShares: readonly (readonly [prefix: string, share: number])[] = [
  ['Qwen3_5', 1 / 4],
  ['Gemma4', 1 / 6],
  ['GptOss', 1 / 2],
];

/** What the other layers of such a model add, on top of the share. */
const windowsAndStates = 1.05;

/** From this size on vLLM starts with larger batches (`EngineArgs.get_batch_defaults`), whose activations it reserves. */
const largeGpuGiB = 70;
/** What a smaller GPU gives up at most; measured were 0.4 to 0.6 GiB on the A10. */
const smallGpuOverheadGiB = 1.5;

/** What a model is fitted into. */
export interface FitRoom {
  /** Memory of one GPU, in GiB. */
  readonly gpuGiB: number;
  /** Share of it that the server may take. */
  readonly utilization: number;
  readonly split: Split;
  /** Bytes of a value in the cache, where the user has chosen; the model's own when absent. */
  readonly kvValueBytes?: number | undefined;
}

/**
 * Where the memory of a GPU goes when it serves its part of a model. The cache is what the weights and the overhead leave over; it is
 * negative when they do not fit.
 */
export function memoryFit(
  model: Pick<Model, 'weightsGiB' | 'architecture'>,
  shape: ModelShape,
  room: FitRoom,
): MemoryFit {
  const { gpuGiB, utilization, split } = room;
  // The GPU with most to hold decides: layers do not always divide evenly.
  const stage = Math.ceil(shape.layers / split.pipeline) / shape.layers;
  const weightsGiB = (model.weightsGiB * kaitoConstants.weightExpansion * stage) / split.tensor;
  const overheadGiB = baseOverheadGiB(gpuGiB) + kaitoConstants.overheadPerWeight * weightsGiB;
  const kvCacheGiB = gpuGiB * utilization - weightsGiB - overheadGiB;
  const bytes = kvBytesPerToken(shape) * ((room.kvValueBytes ?? shape.kvValueBytes) / shape.kvValueBytes);
  const share = stage * headShare(shape.attention, split.tensor) * cachedShare(model.architecture);
  const kvCacheTokens = wholeBlocks((kvCacheGiB * bytesInGiB) / (bytes * share));
  return { gpuGiB, utilization, weightsGiB, overheadGiB, kvCacheGiB, kvCacheTokens };
}

/** A number of tokens, rounded down to whole blocks; never below none. */
export function wholeBlocks(tokens: number): number {
  return Math.max(0, Math.floor(tokens / blockTokens) * blockTokens);
}

/** Share of the key-value heads that one of `tensor` GPUs keeps. Heads are repeated once there are more GPUs than heads. */
function headShare(attention: Attention, tensor: number): number {
  return attention.kind === 'latent' ? 1 : Math.ceil(attention.kvHeads / tensor) / attention.kvHeads;
}

function cachedShare(architecture: string): number {
  const share = cachedShares.find(([prefix]) => architecture.startsWith(prefix))?.[1];
  return share === undefined ? 1 : share * windowsAndStates;
}

function baseOverheadGiB(gpuGiB: number): number {
  return gpuGiB < largeGpuGiB ? smallGpuOverheadGiB : kaitoConstants.baseOverheadGiB;
}
