import type { Model, ModelShape } from '../models/model.ts';
import type { MemoryFit, Parallelism } from '../plan/plan.ts';
import { memoryFit, wholeBlocks } from './memory-fit.ts';
import { splitOver } from './parallelism.ts';

/** A context below this is of no use: a prompt and its answer do not fit. KAITO sizes for it as well. */
export const minContextLength = 2048;

/** GPUs that a pod gets. */
export interface PodGpus {
  readonly count: number;
  /** Memory of one, in GiB. */
  readonly gpuGiB: number;
  /** Share of it that the server may take. */
  readonly utilization: number;
}

/** What a copy of the model must hold. */
export interface ServingNeeds {
  /** Tokens of context that the user asks for; when absent, as many as the model and the memory allow. */
  readonly contextLength?: number | undefined;
  readonly kvValueBytes?: number | undefined;
  /** Most pods that may serve one copy together. */
  readonly maxPods: number;
}

/** How a copy of a model lies on GPUs. */
export interface Placement {
  /** Pods, and so nodes, that serve one copy. */
  readonly pods: number;
  readonly parallelism: Parallelism;
  readonly memory: MemoryFit;
  /** Tokens of context; the whole of the model's when the cache holds it. */
  readonly contextLength: number;
}

type ModelToPlace = Pick<Model, 'weightsGiB' | 'architecture' | 'contextLength'>;

/**
 * Lays a model on as few pods as hold it with the context that is asked for, or with a context of use when none is asked for. A model
 * that takes less than half of a GPU, and keeps its context there, is served by each GPU on its own (data parallelism), because that
 * answers more requests than splitting it.
 *
 * @returns undefined when no number of pods up to `maxPods` holds it
 */
export function placeModel(
  model: ModelToPlace,
  shape: ModelShape,
  gpus: PodGpus,
  needs: ServingNeeds,
): Placement | undefined {
  const alone = placeOnEach(model, shape, gpus, needs);
  if (alone) return alone;
  for (let pods = 1; pods <= Math.min(needs.maxPods, shape.layers); pods++) {
    const placement = placeOn(model, shape, { gpus, needs, pods });
    if (placement && placement.memory.kvCacheTokens >= neededTokens(model, needs)) return placement;
  }
  return undefined;
}

/**
 * Lays a model on a fixed number of pods whether it fits or not: what the user wants who said that memory is not to be checked.
 *
 * @returns undefined when the layers cannot be dealt out to so many GPUs
 */
export function forceModel(
  model: ModelToPlace,
  shape: ModelShape,
  gpus: PodGpus,
  needs: Omit<ServingNeeds, 'maxPods'> & { readonly pods: number },
): Placement | undefined {
  return placeOn(model, shape, { gpus, needs: { ...needs, maxPods: needs.pods }, pods: needs.pods });
}

/** Tokens that the cache must hold at the least. */
export function neededTokens(
  model: Pick<Model, 'contextLength'>,
  { contextLength }: Pick<ServingNeeds, 'contextLength'>,
): number {
  return contextLength ?? Math.min(minContextLength, model.contextLength);
}

function placeOnEach(
  model: ModelToPlace,
  shape: ModelShape,
  gpus: PodGpus,
  needs: ServingNeeds,
): Placement | undefined {
  if (gpus.count < 2 || 2 * model.weightsGiB >= gpus.gpuGiB) return undefined;
  const memory = memoryFit(model, shape, {
    ...gpus,
    split: { tensor: 1, pipeline: 1 },
    kvValueBytes: needs.kvValueBytes,
  });
  const wanted = needs.contextLength ?? model.contextLength;
  if (memory.kvCacheTokens < wanted) return undefined;
  return { pods: 1, parallelism: { tensor: 1, pipeline: 1, data: gpus.count }, memory, contextLength: wanted };
}

function placeOn(
  model: ModelToPlace,
  shape: ModelShape,
  { gpus, needs, pods }: { readonly gpus: PodGpus; readonly needs: ServingNeeds; readonly pods: number },
): Placement | undefined {
  const split = splitOver(shape, gpus.count, pods);
  if (!split) return undefined;
  const memory = memoryFit(model, shape, { ...gpus, split, kvValueBytes: needs.kvValueBytes });
  const held = Math.min(model.contextLength, wholeBlocks(memory.kvCacheTokens));
  const contextLength = needs.contextLength ?? Math.max(held, Math.min(minContextLength, model.contextLength));
  return { pods, parallelism: { ...split, data: 1 }, memory, contextLength };
}
