import type { InferenceSpec, Workspace } from '@kaito/crds';
import type { Problem } from '../problem.ts';
import { checkWorkspace } from './make-plan.ts';
import { annotated, inputOf, planOf, problemsOf, serving, servingWith } from './plan-inputs.test-data.ts';

const v100 = { instanceType: 'Standard_NC6s_v3' };
const a100 = { instanceType: 'Standard_NC24ads_A100_v4' };
const phi3 = serving('phi-3-mini-4k-instruct', v100);
const phi4 = serving('phi-4', a100);
const tuning: NonNullable<Workspace['tuning']> = {
  preset: { name: 'phi-3-mini-4k-instruct' },
  method: 'qlora',
  input: { urls: ['https://example.com/data.parquet'] },
  output: { image: 'example.azurecr.io/out:1', imagePushSecret: 'push' },
};
const withInference = (inference: InferenceSpec): Workspace => ({ ...phi3, inference });
const withResource = (resource: Partial<NonNullable<Workspace['resource']>>): Workspace =>
  serving('phi-3-mini-4k-instruct', { ...v100, ...resource });
const without = (key: 'inference' | 'resource'): Workspace => {
  const { [key]: _, ...rest } = phi4;
  return rest;
};

/** The code and the field of a problem, and words of its message. */
type Expected = readonly [code: Problem['code'], field: string, message: RegExp];

const refusals: readonly (readonly [what: string, input: Workspace, expected: Expected])[] = [
  ['no job', without('inference'), ['InferenceOrTuningRequired', 'inference', /set inference\.preset\.name/]],
  ['two jobs', { ...phi3, tuning }, ['InferenceAndTuningExclusive', 'inference', /keep one/]],
  ['an empty inference', withInference({}), ['PresetOrTemplateRequired', 'inference.preset', /missing/]],
  [
    'preset and template',
    withInference({ preset: { name: 'phi-3-mini-4k-instruct' }, template: {} }),
    ['PresetAndTemplateExclusive', 'inference', /both/],
  ],
  [
    'an unknown preset',
    serving('phi-3-mini-4k-instrct', a100),
    ['PresetUnknown', 'inference.preset.name', /"phi-3-mini-4k-instrct".*nearest are phi-3-mini-4k-instruct/],
  ],
  [
    'a private preset without image',
    withInference({ preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'private' } }),
    ['ImageRequired', 'inference.preset.presetOptions.image', /accessMode private/],
  ],
  [
    'a model that has no public image',
    serving('llama-2-7b', v100),
    ['ImageRequired', 'inference.preset.presetOptions.image', /name yours/],
  ],
  [
    'a gated model without a token',
    { ...phi4, inference: { preset: { name: 'llama-3.1-8b-instruct' } } },
    ['AccessSecretRequired', 'inference.preset.presetOptions.modelAccessSecret', /key HF_TOKEN/],
  ],
  [
    'a runtime that does not exist',
    annotated(phi4, { 'kaito.sh/runtime': 'vLLM' }),
    ['RuntimeNotSupported', 'metadata.annotations[kaito.sh/runtime]', /use vllm or transformers/],
  ],
  [
    'a runtime that the GPUs lack',
    annotated(phi3, { 'kaito.sh/runtime': 'vllm' }),
    ['RuntimeNotSupported', 'resource.instanceType', /compute capability 8\.0.*have 7\.0.*use e\.g\. Standard_/],
  ],
  [
    'a runtime that the model lacks',
    annotated(serving('google/gemma-4-31B-it', a100), { 'kaito.sh/runtime': 'transformers' }),
    ['RuntimeNotSupported', 'resource.instanceType', /not known to serve google\/gemma-4-31B-it: use vllm/],
  ],
  [
    'transformers over several nodes',
    annotated(serving('llama-3.3-70b-instruct', a100), { 'kaito.sh/runtime': 'transformers' }),
    ['GpuMemoryTooSmall', 'resource.instanceType', /runs on one node/],
  ],
  [
    'a performance mode that does not exist',
    annotated(phi4, { 'kaito.sh/performance-mode': 'fast' }),
    ['AnnotationInvalid', 'metadata.annotations[kaito.sh/performance-mode]', /balanced, interactivity or throughput/],
  ],
  [
    'perhaps local weights',
    annotated(phi4, { 'kaito.sh/use-local-weights': 'yes' }),
    ['AnnotationInvalid', 'metadata.annotations[kaito.sh/use-local-weights]', /true or false/],
  ],
  [
    'an unknown instance type',
    withResource({ instanceType: 'Standard_NC6_v3' }),
    ['InstanceTypeUnknown', 'resource.instanceType', /"Standard_NC6_v3".*nearest are Standard_NC6s_v3/],
  ],
  [
    'a CPU size',
    withResource({ instanceType: 'Standard_D4s_v5' }),
    ['GpuRequired', 'resource.instanceType', /no GPU, and .* needs one; use e\.g\. Standard_N/],
  ],
  [
    'an unknown size without GPUs',
    withResource({ instanceType: 'Standard_E4s_v5' }),
    ['InstanceTypeUnknown', 'resource.instanceType', /not a known GPU size/],
  ],
  [
    'AMD GPUs',
    withResource({ instanceType: 'Standard_NV32as_v4' }),
    ['GpuVendorNotSupported', 'resource.instanceType', /AMD Radeon Instinct MI25.*NVIDIA/],
  ],
  [
    'too little GPU memory for an old image',
    withResource({ instanceType: 'Standard_NV6' }),
    ['GpuMemoryTooSmall', 'resource.instanceType', /8 GiB.*needs 1 GPU and 9 GiB.*use e\.g\. Standard_/],
  ],
  [
    'fewer nodes than one copy needs',
    serving('llama-3.3-70b-instruct', { ...a100, count: 2 }),
    ['NodeCountTooSmall', 'resource.count', /needs 3 nodes, and resource\.count is 2/],
  ],
  ['no node', withResource({ count: 0 }), ['NodeCountInvalid', 'resource.count', /1 to 1000/]],
  ['a fortune', withResource({ count: 100_000 }), ['NodeCountInvalid', 'resource.count', /100000 is out of range/]],
  [
    'two nodes for tuning',
    { ...without('inference'), tuning, resource: { ...a100, labelSelector: {}, count: 2 } },
    ['NodeCountInvalid', 'resource.count', /tuning runs on 1 node/],
  ],
  [
    'an unknown alternative',
    withResource({ alternatives: [{ instanceType: 'Standard_X' }] }),
    ['InstanceTypeUnknown', 'resource.alternatives[0].instanceType', /"Standard_X" is not a known/],
  ],
  [
    'alternatives to nothing',
    serving('phi-4', { alternatives: [a100] }),
    ['InstanceTypeRequired', 'resource.alternatives', /first choice/],
  ],
  ['no time to wait', withResource({ deadline: '1s' }), ['DeadlineInvalid', 'resource.deadline', /such as 20m/]],
  [
    'an unknown node image',
    annotated(phi3, { 'kaito.sh/node-image-family': 'windows' }),
    ['NodeImageFamilyUnknown', 'metadata.annotations[kaito.sh/node-image-family]', /ubuntu or azurelinux/],
  ],
  [
    'a name that no Service can have',
    { ...phi3, metadata: { name: '3-phi', namespace: 'default' } },
    ['NameInvalid', 'metadata.name', /starting with a letter/],
  ],
  [
    'a name that is too long',
    { ...phi3, metadata: { name: 'p'.repeat(64), namespace: 'default' } },
    ['NameInvalid', 'metadata.name', /at most 52/],
  ],
  [
    'a configuration that the old image would not read',
    servingWith('phi-3-mini-4k-instruct', v100, { config: 'settings' }),
    ['FieldNotSupported', 'inference.config', /is for vLLM/],
  ],
  [
    'a strength with vLLM',
    servingWith('phi-4', a100, { adapters: [{ source: { name: 'a', image: 'b:1' }, strength: '0.5' }] }),
    ['AdapterInvalid', 'inference.adapters[0].strength', /no effect with vLLM/],
  ],
  [
    'an adapter that is called as the model is',
    servingWith('phi-4', a100, { adapters: [{ source: { name: 'phi-4', image: 'b:1' } }] }),
    ['AdapterInvalid', 'inference.adapters[0].source.name', /what clients call the model itself/],
  ],
];

const adapter = { source: { name: 'adapter', image: 'example.azurecr.io/adapter:1' } };
const badAdapters: readonly (readonly [string, NonNullable<InferenceSpec['adapters']>, string, RegExp])[] = [
  ['no source', [{ source: { name: 'a' } }], 'inference.adapters[0].source.image', /image or volumeSource/],
  [
    'two sources',
    [{ source: { ...adapter.source, volumeSource: {} } }],
    'inference.adapters[0].source.image',
    /keep one/,
  ],
  ['links', [{ source: { name: 'a', urls: ['http://b'] } }], 'inference.adapters[0].source.urls', /tuning only/],
  [
    'a name that no volume can have',
    [{ source: { name: 'a'.repeat(49), volumeSource: {} } }],
    'inference.adapters[0].source.name',
    /at most 48/,
  ],
  [
    'a name that no container can have',
    [{ source: { ...adapter.source, name: 'a.b' } }],
    'inference.adapters[0].source.name',
    /"a\.b" cannot name a container/,
  ],
  ['a strength above 1', [{ ...adapter, strength: '1.5' }], 'inference.adapters[0].strength', /from 0 to 1/],
  ['no strength at all', [{ ...adapter, strength: '' }], 'inference.adapters[0].strength', /from 0 to 1/],
  ['one name for two', [adapter, adapter], 'inference.adapters', /"adapter" twice/],
  [
    'the name of the workspace',
    [{ source: { ...adapter.source, name: phi3.metadata.name } }],
    'inference.adapters',
    /name of the workspace/,
  ],
  [
    'too many',
    Array.from({ length: 11 }, (_, index) => ({ source: { ...adapter.source, name: `a${index}` } })),
    'inference.adapters',
    /at most 10/,
  ],
];

const badSelectors: readonly (readonly [string, NonNullable<Workspace['resource']>['labelSelector'], RegExp])[] = [
  ['only reserved keys', { matchLabels: { 'kaito.sh/workspace': 'other' } }, /only keys that Kaito sets itself/],
  ['a key of the platform', { matchLabels: { 'kubernetes.azure.com/mode': 'user' } }, /set by the platform/],
  ['a bad key', { matchLabels: { '-apps': 'x' } }, /not a label key/],
  ['a key with two slashes', { matchLabels: { 'a/b/c': 'x' } }, /not a label key/],
  ['a bad value', { matchLabels: { apps: 'two words' } }, /not a label value/],
  [
    'an expression of two values',
    { matchExpressions: [{ key: 'apps', operator: 'In', values: ['a', 'b'] }] },
    /In with one value/,
  ],
  ['another operator', { matchExpressions: [{ key: 'apps', operator: 'NotIn', values: ['a'] }] }, /In with one value/],
  [
    'two values for one key',
    { matchLabels: { apps: 'a' }, matchExpressions: [{ key: 'apps', operator: 'In', values: ['b'] }] },
    /both "a" and "b"/,
  ],
];

describe('plan refuses', () => {
  it.each(refusals)('%s', (_, input, [code, field, message]) => {
    const problems = problemsOf(input);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code, field });
    expect(problems[0]?.message).toMatch(message);
    expect(checkWorkspace(inputOf(input))).toEqual(problems);
  });

  it.each(badSelectors)('a label selector with %s', (_, labelSelector, message) => {
    const problems = problemsOf(withResource({ labelSelector }));
    expect(problems.map(({ code }) => code)).toEqual(['LabelSelectorInvalid']);
    expect(problems[0]?.message).toMatch(message);
  });

  it.each(badAdapters)('adapters with %s', (_, adapters, field, message) => {
    const problems = problemsOf(servingWith('phi-3-mini-4k-instruct', v100, { adapters }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'AdapterInvalid', field });
    expect(problems[0]?.message).toMatch(message);
  });

  it.each([
    [
      'a context that the model does not have',
      'vllm:\n  max-model-len: 99999\n',
      'ContextTooLong',
      /over 16384 tokens/,
    ],
    ['what is not YAML', 'vllm: [', 'ConfigInvalid', /line 1/],
  ])('a configuration with %s', (_, config, code, message) => {
    const problems = problemsOf(servingWith('phi-4', a100, { config: 'settings' }), { config });
    expect(problems).toEqual([
      expect.objectContaining({ code, field: 'inference.config', message: expect.stringMatching(message) }),
    ]);
  });

  it('a model that nobody can look up, with what was found out', () => {
    const problem: Problem = { code: 'ModelNotFound', field: 'inference.preset.name', message: 'there is no such' };
    expect(problemsOf(serving('org/model', a100), { model: { state: 'unknown', problem } })).toEqual([problem]);
  });

  it('says everything that is wrong at once', () => {
    const bad = serving('phi-4', { count: 2, instanceType: 'Standard_X', deadline: 'soon' });
    expect(problemsOf(annotated(bad, { 'kaito.sh/runtime': 'gpt' })).map(({ code }) => code)).toEqual([
      'RuntimeNotSupported',
      'DeadlineInvalid',
      'InstanceTypeUnknown',
    ]);
  });
});

describe('plan of labels', () => {
  it('joins match labels and expressions of one value, without reserved keys, in order', () => {
    const labelSelector = {
      matchLabels: { zone: 'a', 'kaito.sh/workspace': 'other' },
      matchExpressions: [{ key: 'apps', operator: 'In', values: ['phi-3'] }],
    };
    expect(Object.entries(planOf(withResource({ labelSelector })).nodes.labels)).toEqual([
      ['apps', 'phi-3'],
      ['zone', 'a'],
    ]);
  });

  it('takes the node image from the annotation', () => {
    const workspace = annotated(phi3, { 'kaito.sh/node-image-family': ' AzureLinux ' });
    expect(planOf(workspace).nodes.imageFamily).toBe('azurelinux');
  });
});
