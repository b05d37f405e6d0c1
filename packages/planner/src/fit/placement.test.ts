import type { ModelShape } from '../models/model.ts';
import { gpuMemoryUtilization } from './utilization.ts';
import { splitOver } from './parallelism.ts';
import { placeModel, type PodGpus } from './placement.ts';

const shape: ModelShape = {
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  attention: { kind: 'heads', kvHeads: 8, headDim: 128 },
  kvValueBytes: 2,
};
const model = (weightsGiB: number) => ({ weightsGiB, architecture: 'LlamaForCausalLM', contextLength: 131_072 });
const gpus = (count: number, gpuGiB = 80): PodGpus => ({ count, gpuGiB, utilization: 0.84 });

describe('placeModel', () => {
  it('serves a small model from each GPU on its own', () => {
    expect(placeModel(model(15), shape, gpus(4), { maxPods: 8 })).toMatchObject({
      pods: 1,
      parallelism: { tensor: 1, pipeline: 1, data: 4 },
      contextLength: 131_072,
    });
  });

  it('splits a small model where one GPU cannot keep its context', () => {
    expect(placeModel(model(11), shape, gpus(4, 24), { maxPods: 8 })).toMatchObject({
      parallelism: { tensor: 4, pipeline: 1, data: 1 },
    });
  });

  it('splits a model of half a GPU and more over the GPUs of a node', () => {
    expect(placeModel(model(40), shape, gpus(4), { maxPods: 8 })).toMatchObject({
      pods: 1,
      parallelism: { tensor: 4, pipeline: 1, data: 1 },
    });
  });

  it('takes as few nodes as hold it', () => {
    expect(placeModel(model(131), shape, gpus(1), { maxPods: 8 })).toMatchObject({
      pods: 3,
      parallelism: { tensor: 1, pipeline: 3, data: 1 },
    });
    expect(placeModel(model(131), shape, gpus(1), { maxPods: 2 })).toBeUndefined();
  });

  it('takes more nodes for a context that is asked for', () => {
    const whole = model(131);
    const [few, many] = [2048, 131_072].map(contextLength =>
      placeModel(whole, shape, { ...gpus(1), gpuGiB: 60 }, { contextLength, maxPods: 32 }),
    );
    expect(few?.pods).toBeLessThan(many?.pods ?? 0);
    expect(few?.contextLength).toBe(2048);
    expect(many?.memory.kvCacheTokens).toBeGreaterThanOrEqual(131_072);
  });

  it('gives the longest context that fits, in whole blocks of 16 tokens', () => {
    const placement = placeModel(model(15), shape, gpus(1, 24), { maxPods: 1 });
    expect(placement?.contextLength).toBe(placement?.memory.kvCacheTokens);
    expect((placement?.contextLength ?? 1) % 16).toBe(0);
    expect(placement?.contextLength).toBeLessThan(131_072);
  });

  it('refuses a context below 2048 tokens', () => {
    // 17.6 GiB of weights on the GPU leave 0.18 GiB: fewer than 2048 tokens of 128 KiB each.
    expect(
      placeModel(model(17.25), shape, { count: 1, gpuGiB: 24, utilization: 0.84 }, { maxPods: 1 }),
    ).toBeUndefined();
  });
});

describe('splitOver', () => {
  it.each([
    // 40 heads with 10 key-value heads do not go on 4 GPUs, but on 2 stages of 2.
    ['Phi-3-medium on 4 GPUs', [40, 10], [4, 1], { tensor: 2, pipeline: 2 }],
    ['more GPUs than key-value heads', [64, 4], [8, 1], { tensor: 8, pipeline: 1 }],
    ['three nodes with 2 GPUs', [64, 8], [2, 3], { tensor: 2, pipeline: 3 }],
    ['25 heads on 2 GPUs', [25, 5], [2, 1], { tensor: 1, pipeline: 2 }],
  ] as const)('of %s', (_, [attentionHeads, kvHeads], [count, nodes], expected) => {
    const odd = { ...shape, attentionHeads, attention: { kind: 'heads' as const, kvHeads, headDim: 128 } };
    expect(splitOver(odd, count, nodes)).toEqual(expected);
  });

  it('is undefined where there are more stages than layers', () => {
    expect(splitOver({ ...shape, layers: 2 }, 1, 3)).toBeUndefined();
  });
});

describe('gpuMemoryUtilization', () => {
  it.each([
    ['NVIDIA A10', 0.82],
    ['NVIDIA-A10', 0.82],
    ['NVIDIA A100', 0.84],
    ['NVIDIA-A100-SXM4-80GB', 0.84],
    ['NVIDIA-A10G', 0.84],
  ])('of %s', (gpuModel, expected) => {
    expect(gpuMemoryUtilization(gpuModel)).toBe(expected);
  });
});
