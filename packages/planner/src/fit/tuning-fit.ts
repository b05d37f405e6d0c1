import type { Model, ModelShape } from '../models/model.ts';
import type { MemoryFit } from '../plan/plan.ts';

const bytesInGiB = 1024 ** 3;

/** CUDA context, kernels and fragments of the allocator, in GiB per GPU; measured at 1 to 2 for PyTorch 2. */
const overheadGiB = 2;

/** PyTorch takes what it needs; some of the GPU is left for what is not counted. */
const utilization = 0.95;

/**
 * Bytes of a weight on the GPU. LoRA keeps them in 16 bit. QLoRA keeps them in 4 bit with a constant for each block of 64, itself in 8 bit:
 * 4 + 0.127 bits, and the embeddings stay in 16 bit. Dettmers et al., "QLoRA", 2023, section 3.
 */
const quantisedShare = (4 + 0.127) / 16;

/**
 * A trained value costs 16 bytes: weight and gradient in 16 bit, and weight and two moments of Adam in 32 bit. Rajbhandari et al., "ZeRO",
 * 2020, section 3.1.
 */
const bytesPerTrainedValue = 16;

/** Bytes of activations that a layer keeps for each token and each unit of width, with fused attention. Korthikanti et al., 2022, section 4. */
const activationBytes = 34;

/** The same where activations are computed again: the input of each layer in 16 bit is kept. Korthikanti et al., 2022, section 5. */
const checkpointBytes = 2;

/** Values of the loss that are kept for each word of the vocabulary and each token: in 16 bit, and twice in 32 bit. */
const bytesPerLogit = 10;
/** Words of a large vocabulary; the shape does not say how many a model has. */
const vocabulary = 131_072;

/** Projections of a layer: query, key, value and output of the attention, gate, up and down of the network behind it. */
const projections = 7;

/** What a training does, as far as memory depends on it. */
export interface Training {
  readonly method: 'lora' | 'qlora';
  /** Rank of the adapter (KAITO's templates: 8). */
  readonly rank: number;
  readonly batchSize: number;
  /** Tokens of an example (TRL, `max_length`: 1024 unless set). */
  readonly sequenceLength: number;
  /** Modules of each layer that are tuned; all seven projections when absent. */
  readonly targetModules?: number;
  /** Activations are computed again instead of kept. */
  readonly gradientCheckpointing?: boolean;
}

/** KAITO v0.12, charts/kaito/workspace, lora-params and qlora-params. */
export const defaultTraining: Pick<Training, 'rank' | 'batchSize' | 'sequenceLength'> = {
  rank: 8,
  batchSize: 1,
  sequenceLength: 1024,
};

/** Where the memory of a GPU goes that fine-tunes a whole copy of a model, in GiB. */
export interface TuningNeeds {
  readonly weightsGiB: number;
  readonly adapterGiB: number;
  readonly activationsGiB: number;
  readonly overheadGiB: number;
  readonly totalGiB: number;
}

/** GPU memory that a training needs. Each GPU holds a copy and takes its own examples (KAITO: `accelerate launch`). */
export function tuningNeeds(model: Pick<Model, 'weightsGiB'>, shape: ModelShape, training: Training): TuningNeeds {
  const { layers, hiddenSize } = shape;
  const { method, rank, batchSize, sequenceLength, targetModules = projections } = training;
  const embeddings = Math.min(model.weightsGiB, (2 * 2 * vocabulary * hiddenSize) / bytesInGiB);
  const weightsGiB =
    method === 'lora' ? model.weightsGiB : embeddings + (model.weightsGiB - embeddings) * quantisedShare;
  // No projection is wider than four times the model: two matrices of rank r for each.
  const trained = layers * rank * targetModules * 2 * 2.5 * hiddenSize;
  const tokens = batchSize * sequenceLength;
  const kept = training.gradientCheckpointing ? layers * checkpointBytes + activationBytes : layers * activationBytes;
  const activations = tokens * (kept * hiddenSize + vocabulary * bytesPerLogit);
  const adapterGiB = (trained * bytesPerTrainedValue) / bytesInGiB;
  const activationsGiB = activations / bytesInGiB;
  const totalGiB = weightsGiB + adapterGiB + activationsGiB + overheadGiB;
  return { weightsGiB, adapterGiB, activationsGiB, overheadGiB, totalGiB };
}

/** The same as a fit into one GPU. There is no cache of keys and values in training: what is left over is left over. */
export function tuningFit(needs: TuningNeeds, gpuGiB: number): MemoryFit {
  const { weightsGiB, totalGiB } = needs;
  const left = gpuGiB * utilization - totalGiB;
  return { gpuGiB, utilization, weightsGiB, overheadGiB: totalGiB - weightsGiB, kvCacheGiB: left, kvCacheTokens: 0 };
}
