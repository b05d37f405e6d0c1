import type { ModelShape } from '../models/model.ts';

/** GPUs that hold one copy of a model, in stages of layers, each stage split over several GPUs. */
export interface Split {
  /** GPUs of a stage. */
  readonly tensor: number;
  /** Stages. */
  readonly pipeline: number;
}

/**
 * The widest split within a node that vLLM accepts: it must divide the attention heads, and divide the key-value heads or be a multiple
 * of them (vLLM, `ModelConfig.verify_with_parallel_config` and the attention layers). What is left over of the node's GPUs, and further
 * nodes, become stages.
 *
 * @param gpus GPUs of a pod
 * @param nodes pods that serve one copy together
 * @returns undefined when the model has fewer layers than stages would be needed
 */
export function splitOver(shape: ModelShape, gpus: number, nodes: number): Split | undefined {
  for (let tensor = gpus; tensor >= 1; tensor--) {
    if (gpus % tensor !== 0 || !divides(shape, tensor)) continue;
    const pipeline = (gpus / tensor) * nodes;
    return pipeline <= shape.layers ? { tensor, pipeline } : undefined;
  }
  return undefined;
}

function divides({ attentionHeads, attention }: ModelShape, tensor: number): boolean {
  if (attentionHeads % tensor !== 0) return false;
  // One latent vector serves all heads: every GPU keeps the whole of it.
  return attention.kind === 'latent' || attention.kvHeads % tensor === 0 || tensor % attention.kvHeads === 0;
}
