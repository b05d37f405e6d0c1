import type { ModelShape } from '../models/model.ts';
import { modelOf } from '../plan/plan-inputs.test-data.ts';
import { memoryFit } from './memory-fit.ts';

/** Qwen/Qwen3-8B and Qwen/Qwen3-14B: config.json and sizes of the weight files on Hugging Face. */
const qwen3: ModelShape = {
  layers: 36,
  hiddenSize: 4096,
  attentionHeads: 32,
  attention: { kind: 'heads', kvHeads: 8, headDim: 128 },
  kvValueBytes: 2,
};
const qwen3With14: ModelShape = { ...qwen3, layers: 40, hiddenSize: 5120, attentionHeads: 40 };
const architecture = 'Qwen3ForCausalLM';
const small = { weightsGiB: 15.26, architecture };
const medium = { weightsGiB: 27.51, architecture };

/** Tokens that vLLM really had room for (kaito-project/kaito, pull request 2156), and the least share of them that we must see. */
const measured: readonly (readonly [string, Parameters<typeof memoryFit>, tokens: number, atLeast: number])[] = [
  [
    'Mistral-Small-4-119B on 2 × H100',
    fitOf('mistralai/Mistral-Small-4-119B-2603', { gpuGiB: 94, utilization: 0.84, split: { tensor: 2, pipeline: 1 } }),
    810_208,
    0.9,
  ],
  [
    'gemma-4-31b on 2 × H100',
    fitOf('google/gemma-4-31B-it', { gpuGiB: 94, utilization: 0.84, split: { tensor: 2, pipeline: 1 } }),
    764_825,
    0.7,
  ],
  [
    'qwen3.5-397b on 2 nodes with 2 × H100',
    fitOf('Qwen/Qwen3.5-397B-A17B-GPTQ-Int4', {
      gpuGiB: 94,
      utilization: 0.84,
      split: { tensor: 2, pipeline: 2 },
    }),
    2_444_645,
    0.9,
  ],
  [
    'minimax-m2.7 with a share of 0.70',
    fitOf('MiniMaxAI/MiniMax-M2.7', { gpuGiB: 94, utilization: 0.7, split: { tensor: 2, pipeline: 2 } }),
    117_264,
    0.85,
  ],
  [
    'minimax-m2.7 with a share of 0.75',
    fitOf('MiniMaxAI/MiniMax-M2.7', { gpuGiB: 94, utilization: 0.75, split: { tensor: 2, pipeline: 2 } }),
    195_968,
    0.9,
  ],
  // The A10 is where we are most careful; docs/decisions/0010-memory-fit.md says why.
  [
    'qwen3-8b on an A10',
    [small, qwen3, { gpuGiB: 24, utilization: 0.82, split: { tensor: 1, pipeline: 1 } }],
    20_272,
    0.6,
  ],
  [
    'qwen3-14b on 2 × A10',
    [medium, qwen3With14, { gpuGiB: 24, utilization: 0.82, split: { tensor: 1, pipeline: 2 } }],
    55_952,
    0.75,
  ],
];

function fitOf(name: string, room: Parameters<typeof memoryFit>[2]): Parameters<typeof memoryFit> {
  const model = modelOf(name);
  if (!model.shape) throw new Error(`${name} has no shape`);
  return [model, model.shape, room];
}

describe('memoryFit', () => {
  // More than vLLM has would keep a server from starting, less only costs context.
  it.each(measured)('of %s never promises more tokens than vLLM had, and not far less', (_, fit, tokens, atLeast) => {
    const { kvCacheTokens } = memoryFit(...fit);
    expect(kvCacheTokens).toBeLessThanOrEqual(tokens);
    expect(kvCacheTokens / tokens).toBeGreaterThan(atLeast);
  });

  it('finds Mistral-Small-4 short of its whole context on 2 × H100, as vLLM does', () => {
    const fit = fitOf('mistralai/Mistral-Small-4-119B-2603', {
      gpuGiB: 94,
      utilization: 0.84,
      split: { tensor: 2, pipeline: 1 },
    });
    expect(memoryFit(...fit).kvCacheGiB).toBeLessThan(22.5);
    expect(memoryFit(...fit).kvCacheTokens).toBeLessThan(1_048_576);
  });

  it('keeps the whole latent vector on each GPU of a stage, and a share of the heads', () => {
    const room = { gpuGiB: 80, utilization: 0.84 };
    const latent: ModelShape = { ...qwen3, attention: { kind: 'latent', size: 576 } };
    const tokens = (shape: ModelShape, tensor: number): number =>
      // Weights of nothing, so that only the cache differs.
      memoryFit({ weightsGiB: 0, architecture }, shape, { ...room, split: { tensor, pipeline: 1 } }).kvCacheTokens;
    expect(tokens(latent, 8)).toBe(tokens(latent, 1));
    expect(tokens(qwen3, 8) / tokens(qwen3, 1)).toBeCloseTo(8, 2);
    expect(tokens(qwen3, 16)).toBe(tokens(qwen3, 8));
  });

  it('holds twice the tokens where a value takes one byte', () => {
    const room = { gpuGiB: 80, utilization: 0.84, split: { tensor: 1, pipeline: 1 } };
    const plain = memoryFit(small, qwen3, room).kvCacheTokens;
    expect(memoryFit(small, qwen3, { ...room, kvValueBytes: 1 }).kvCacheTokens / plain).toBeCloseTo(2, 2);
    expect(memoryFit(small, { ...qwen3, kvValueBytes: 1 }, room).kvCacheTokens / plain).toBeCloseTo(2, 2);
  });

  it('counts the stage with most layers where they do not divide evenly', () => {
    const room = { gpuGiB: 80, utilization: 0.84 };
    const even = memoryFit(small, qwen3, { ...room, split: { tensor: 1, pipeline: 4 } });
    const uneven = memoryFit(small, qwen3, { ...room, split: { tensor: 1, pipeline: 5 } });
    expect(even.weightsGiB).toBeCloseTo((15.26 * 1.02) / 4);
    expect(uneven.weightsGiB).toBeCloseTo((15.26 * 1.02 * 8) / 36);
  });

  it('holds no token where the weights do not fit', () => {
    const fit = memoryFit(medium, qwen3With14, { gpuGiB: 24, utilization: 0.82, split: { tensor: 1, pipeline: 1 } });
    expect(fit.kvCacheGiB).toBeLessThan(0);
    expect(fit.kvCacheTokens).toBe(0);
  });
});
