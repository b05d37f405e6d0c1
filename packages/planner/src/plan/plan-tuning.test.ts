import type { Workspace } from '@kaito/crds';
import { planOf, problemsOf, serving } from './plan-inputs.test-data.ts';

const a100 = 'Standard_NC24ads_A100_v4';

function tuned(name: string, instanceType: string | undefined, method: string): Workspace {
  const { inference: _, ...rest } = serving('', instanceType === undefined ? {} : { instanceType });
  const input = { urls: ['https://example.com/data.parquet'] };
  const output = { image: 'example.com/out:1', imagePushSecret: 'push' };
  return { ...rest, tuning: { preset: { name }, method, input, output } };
}

describe('plan of a fine-tuning', () => {
  it('is one node, with a copy of the model on each GPU', () => {
    expect(planOf(tuned('phi-3-mini-4k-instruct', 'Standard_NC48ads_A100_v4', 'LoRA'))).toMatchObject({
      job: 'tuning',
      method: 'lora',
      model: { weights: 'image' },
      gpusPerPod: 2,
      nodes: { count: 1, diskGiB: 80, gpus: 2 },
    });
  });

  it('picks the cheapest size that holds it', () => {
    expect(planOf(tuned('phi-4', undefined, 'qlora')).nodes.instanceType).toBe('Standard_NV36ads_A10_v5');
    expect(planOf(tuned('phi-4', undefined, 'lora')).nodes.instanceType).toBe('Standard_NC24ads_A100_v4');
  });

  it('warns of GPUs without bfloat16, on which KAITO v0.3 tuned too', () => {
    const planned = planOf(tuned('phi-3-mini-4k-instruct', 'Standard_NC6s_v3', 'qlora'));
    expect(planned.warnings).toEqual([expect.stringMatching(/7\.0.*no bfloat16.*float16/)]);
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
