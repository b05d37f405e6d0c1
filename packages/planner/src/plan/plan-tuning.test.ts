import type { Workspace } from '@kaito/crds';
import { broughtNode, planOf, problemsOf, serving } from './plan-inputs.test-data.ts';

const a100 = 'Standard_NC24ads_A100_v4';

function tuned(name: string, instanceType: string | undefined, method: string): Workspace {
  const { inference: _, ...rest } = serving('', instanceType === undefined ? {} : { instanceType });
  const input = { urls: ['https://example.com/data.parquet'] };
  const output = { image: 'example.com/out:1', imagePushSecret: 'push' };
  return { ...rest, tuning: { preset: { name }, method, input, output } };
}

function inPrecision(dtype: string): string {
  return `training_config: { ModelConfig: { torch_dtype: ${dtype} }, QuantizationConfig: { load_in_4bit: true } }`;
}

describe('plan of a fine-tuning', () => {
  it('is one node, with a copy of the model on each GPU', () => {
    expect(planOf(tuned('phi-3-mini-4k-instruct', 'Standard_NC48ads_A100_v4', 'LoRA'))).toMatchObject({
      job: 'tuning',
      method: 'lora',
      model: { weights: 'image' },
      trainer: { gpusPerPod: 2 },
      nodes: { count: 1, diskGiB: 80, gpus: 2 },
    });
  });

  it('picks the cheapest size that holds it', () => {
    expect(planOf(tuned('phi-4', undefined, 'qlora')).nodes.instanceType).toBe('Standard_NV36ads_A10_v5');
    expect(planOf(tuned('phi-4', undefined, 'lora')).nodes.instanceType).toBe('Standard_NC24ads_A100_v4');
  });

  describe('on GPUs without bfloat16, on which KAITO v0.3 tuned too', () => {
    const old = tuned('phi-3-mini-4k-instruct', 'Standard_NC6s_v3', 'qlora');

    it('is done on those that its user brings, as on those that are named', () => {
      const provisioning = { mode: 'brought' as const, nodes: [broughtNode('a', 'Tesla-V100-PCIE-16GB')] };
      const { resource: _, ...rest } = tuned('phi-3-mini-4k-instruct', undefined, 'qlora');
      const planned = planOf({ ...rest, resource: { labelSelector: { matchLabels: { a: 'b' } } } }, { provisioning });
      expect(planned).toMatchObject({ bfloat16: false });
    });

    it('computes in float16, and warns where the user wants something else', () => {
      expect(planOf(old)).toMatchObject({ bfloat16: false, warnings: [expect.stringMatching(/7\.0.*in float16/)] });
      expect(planOf(old, { config: inPrecision('float16') }).warnings).toEqual([]);
      expect(planOf(old, { config: inPrecision('bfloat16') }).warnings).toEqual([
        expect.stringMatching(/no bfloat16: set torch_dtype float16 and fp16 true/),
      ]);
    });
  });

  it('goes by the settings of the user: what they make larger needs a larger GPU, and the shares are told', () => {
    const workspace = tuned('phi-3-mini-4k-instruct', 'Standard_NV36ads_A10_v5', 'lora');
    const config = 'training_config: { TrainingArguments: { per_device_train_batch_size: 16 } }';
    expect(planOf(workspace)).toMatchObject({ bfloat16: true });
    expect(problemsOf(workspace, { config })).toEqual([
      expect.objectContaining({ code: 'GpuMemoryTooSmall', message: expect.stringMatching(/activations \d/) }),
    ]);
  });

  it('refuses settings that are wrong, as it refuses those of a server', () => {
    const config = 'training_config: { LoraConfig: { r: none } }';
    expect(problemsOf(tuned('phi-4', a100, 'qlora'), { config }).map(({ code }) => code)).toEqual([
      'ConfigInvalid',
      'ConfigInvalid',
    ]);
  });

  it('warns of a volume on which nothing is saved', () => {
    const config = 'training_config: { TrainingArguments: { save_strategy: "no" } }';
    const image = tuned('phi-4', a100, 'lora');
    const { tuning = { input: {}, output: {} } } = image;
    const volume = { ...image, tuning: { ...tuning, output: { volumeSource: { emptyDir: {} } } } };
    expect(planOf(volume, { config }).warnings).toEqual([expect.stringContaining('begins again at step 0')]);
    expect(planOf(volume).warnings).toEqual([]);
    expect(planOf(image, { config }).warnings).toEqual([]);
  });

  it.each([
    ['a model that is not tunable', tuned('falcon-7b', a100, 'lora'), ['ModelNotTunable', /these can: phi-4/]],
    ['another method', tuned('phi-4', a100, 'full'), ['TuningInvalid', /use lora or qlora/]],
    [
      'too small a GPU',
      tuned('phi-4', 'Standard_NV36ads_A10_v5', 'lora'),
      ['GpuMemoryTooSmall', /lora of microsoft\/phi-4 takes/],
    ],
  ] as const)('refuses %s', (_, workspace, [code, message]) => {
    const problems = problemsOf(workspace);
    expect(problems).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message) })]);
  });
});
