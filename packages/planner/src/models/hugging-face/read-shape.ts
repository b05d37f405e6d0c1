import type { Attention, ModelShape } from '../model.ts';
import { ConfigError } from './config-error.ts';
import type { ConfigReader } from './config-reader.ts';

// Names of one thing in the configurations of different families (Hugging Face transformers; Mistral's params.json).
const hiddenNames = ['hidden_size', 'n_embd', 'd_model', 'dim'];
const layerNames = ['num_hidden_layers', 'n_layer', 'n_layers'];
const headNames = ['num_attention_heads', 'n_head', 'n_heads'];
const kvHeadNames = ['num_key_value_heads', 'n_head_kv', 'n_kv_heads'];
const headDimNames = ['head_dim', 'attention_head_dim'];
const contextNames = [
  'max_position_embeddings',
  'n_ctx',
  'seq_length',
  'max_seq_len',
  'max_sequence_length',
  'model_max_length',
];

/** Far above every model that there is; a number beyond it is a mistake or an attack. */
const most = { hiddenSize: 2 ** 20, layers: 4_096, heads: 4_096, headDim: 2 ** 16, context: 2 ** 27 };

/** What KAITO takes for a model that does not say how far it looks back. */
const defaultContext = 2_048;

/** Tokens that the model can look back over. @throws ConfigError */
export function readContextLength(config: ConfigReader): number {
  return config.count(contextNames, most.context) ?? defaultContext;
}

/** @throws ConfigError when a number is missing, wrong, or does not go with another */
export function readShape(config: ConfigReader, kvValueBytes: 1 | 2): ModelShape {
  const hiddenSize = config.neededCount(hiddenNames, most.hiddenSize);
  const attentionHeads = config.neededCount(headNames, most.heads);
  const attention = readAttention(config, hiddenSize, attentionHeads);
  return { layers: readLayers(config), hiddenSize, attentionHeads, attention, kvValueBytes };
}

/** Models of several kinds of layers list them instead of giving their number. */
function readLayers(config: ConfigReader): number {
  const listed = config.listLength('layers_block_type');
  if (listed > 0 && listed <= most.layers && config.count(layerNames, most.layers) === undefined) return listed;
  return config.neededCount(layerNames, most.layers);
}

function readAttention(config: ConfigReader, hiddenSize: number, attentionHeads: number): Attention {
  const rank = config.count(['kv_lora_rank'], most.headDim);
  if (rank !== undefined) {
    return { kind: 'latent', size: rank + (config.count(['qk_rope_head_dim'], most.headDim) ?? 0) };
  }
  const kvHeads = config.count(kvHeadNames, most.heads) ?? (config.isTrue('multi_query') ? 1 : attentionHeads);
  if (kvHeads > attentionHeads) {
    throw new ConfigError(`it has ${kvHeads} key-value heads and only ${attentionHeads} attention heads`);
  }
  const headDim = config.count(headDimNames, most.headDim) ?? Math.trunc(hiddenSize / attentionHeads);
  if (headDim > 0) return { kind: 'heads', kvHeads, headDim };
  throw new ConfigError(`it has ${attentionHeads} attention heads in a hidden size of only ${hiddenSize}`);
}
