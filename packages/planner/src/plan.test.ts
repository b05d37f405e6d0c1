import type { InferenceSpec, Workspace } from '@kaito/crds';
import { assert, dictionary, double, property, record, string } from 'fast-check';
import { plan, type Plan } from './plan.ts';
import { presets } from './presets/catalogue.ts';
import type { Problem } from './problem.ts';
import { azureGpuSkus as skus } from './skus/azure-gpu-skus.ts';

const phi3: Workspace = {
  metadata: { name: 'workspace-phi-3-mini', namespace: 'default' },
  resource: { instanceType: 'Standard_NC6s_v3', labelSelector: { matchLabels: { apps: 'phi-3' } } },
  inference: { preset: { name: 'phi-3-mini-4k-instruct' } },
};

/** The example with some of its sections replaced. */
function workspace(change: Partial<Workspace>): Workspace {
  return { ...phi3, ...change };
}

function planOf(input: Workspace): Plan {
  const result = plan({ workspace: input, presets, skus });
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.plan;
}

function problemsOf(input: Workspace): readonly Problem[] {
  const result = plan({ workspace: input, presets, skus });
  return result.ok ? [] : result.problems;
}

describe('plan of a phi-3 workspace', () => {
  it('is what KAITO v0.3 would run', () => {
    expect(planOf(phi3)).toEqual({
      preset: 'phi-3-mini-4k-instruct',
      instanceType: 'Standard_NC6s_v3',
      nodeCount: 1,
      nodeLabels: { apps: 'phi-3' },
      diskGiB: 50,
      replicas: 1,
      gpusPerPod: 1,
      image: { origin: 'registry', reference: 'kaito-phi-3-mini-4k-instruct:0.0.1' },
      pullSecrets: [],
      adapters: [],
      runtime: 'transformers',
      command: [
        '/bin/sh',
        '-c',
        'accelerate launch --num_processes=1 --num_machines=1 --machine_rank=0 --gpu_ids=all inference_api.py --torch_dtype=auto --pipeline=text-generation --trust_remote_code',
      ],
      port: 5000,
      healthPath: '/healthz',
      probeDelays: { readinessSeconds: 30, livenessSeconds: 600 },
      startTimeoutSeconds: 1800,
    });
  });

  it('has an image of its own for the 128k preset', () => {
    const long = planOf(workspace({ inference: { preset: { name: 'phi-3-mini-128k-instruct' } } }));
    expect(long.image.reference).toBe('kaito-phi-3-mini-128k-instruct:0.0.1');
  });

  it('takes the spelling of Azure, whatever the case in the workspace', () => {
    const shouted = workspace({ resource: { instanceType: 'STANDARD_nc6S_V3', labelSelector: {} } });
    expect(planOf(shouted).instanceType).toBe('Standard_NC6s_v3');
  });

  it('serves once per node', () => {
    const two = workspace({ resource: { count: 2, instanceType: 'Standard_NC6s_v3', labelSelector: {} } });
    expect(planOf(two)).toMatchObject({ nodeCount: 2, replicas: 2 });
  });

  it('asks for as many GPUs of a node as hold the model', () => {
    const small = workspace({ resource: { instanceType: 'Standard_NV12', labelSelector: {} } });
    expect(planOf(small).gpusPerPod).toBe(2);
  });

  it('runs the image of a private preset as the user names it', () => {
    const image = 'example.azurecr.io/my-phi:1';
    const presetOptions = { image, imagePullSecrets: ['pull'] };
    const preset = { name: 'phi-3-mini-4k-instruct', accessMode: 'private' as const, presetOptions };
    expect(planOf(workspace({ inference: { preset } }))).toMatchObject({
      image: { origin: 'user', reference: image },
      pullSecrets: ['pull'],
    });
  });

  it('serves adapters from images, at full strength unless told otherwise, with each pull secret once', () => {
    const image = 'example.azurecr.io/adapter:1';
    const source = (name: string) => ({ name, image, imagePullSecrets: ['pull'] });
    const adapters = [{ source: source('a'), strength: '0.5' }, { source: source('b') }];
    const preset = { name: 'phi-3-mini-128k-instruct', presetOptions: { imagePullSecrets: ['pull', 'other'] } };
    expect(planOf(workspace({ inference: { preset, adapters } }))).toMatchObject({
      adapters: [
        { name: 'a', image, strength: '0.5' },
        { name: 'b', image, strength: '1.0' },
      ],
      pullSecrets: ['pull', 'other'],
    });
  });

  it('joins match labels and expressions of one value, without reserved keys, in order', () => {
    const labelSelector = {
      matchLabels: { zone: 'a', 'kaito.sh/workspace': 'other' },
      matchExpressions: [{ key: 'apps', operator: 'In', values: ['phi-3'] }],
    };
    const planned = planOf(workspace({ resource: { instanceType: 'Standard_NC6s_v3', labelSelector } }));
    expect(Object.entries(planned.nodeLabels)).toEqual([
      ['apps', 'phi-3'],
      ['zone', 'a'],
    ]);
  });

  it('takes the node image from the annotation', () => {
    const annotations = { 'kaito.sh/node-image-family': ' AzureLinux ' };
    expect(planOf(workspace({ metadata: { ...phi3.metadata, annotations } })).nodeImageFamily).toBe('azurelinux');
  });
});

const resource = { instanceType: 'Standard_NC6s_v3', labelSelector: {} };
const tuning: NonNullable<Workspace['tuning']> = {
  preset: { name: 'phi-3-mini-4k-instruct' },
  method: 'qlora',
  input: { urls: ['https://example.com/data.parquet'] },
  output: { image: 'example.azurecr.io/out:1', imagePushSecret: 'push' },
};
const withAnnotation = (key: string, value: string): Workspace =>
  workspace({ metadata: { ...phi3.metadata, annotations: { [key]: value } } });
const without = (key: 'inference' | 'resource'): Workspace => {
  const { [key]: _, ...rest } = phi3;
  return rest;
};

/** The code and the field of a problem, and words of its message. */
type Expected = readonly [code: Problem['code'], field: string, message: RegExp];

const refusals: readonly (readonly [what: string, input: Workspace, expected: Expected])[] = [
  ['no job', without('inference'), ['InferenceOrTuningRequired', 'inference', /set inference\.preset\.name/]],
  ['two jobs', workspace({ tuning }), ['InferenceAndTuningExclusive', 'inference', /keep one/]],
  ['tuning', { ...without('inference'), tuning }, ['TuningNotSupported', 'tuning', /not supported by this version/]],
  ['an empty inference', workspace({ inference: {} }), ['PresetOrTemplateRequired', 'inference.preset', /missing/]],
  [
    'preset and template',
    workspace({ inference: { preset: { name: 'phi-3-mini-4k-instruct' }, template: {} } }),
    ['PresetAndTemplateExclusive', 'inference', /both/],
  ],
  ['a template', workspace({ inference: { template: {} } }), ['TemplateNotSupported', 'inference.template', /preset/]],
  [
    'an unknown preset',
    workspace({ inference: { preset: { name: 'phi-3-mini-4k-instrct' } } }),
    ['PresetUnknown', 'inference.preset.name', /"phi-3-mini-4k-instrct".*nearest are phi-3-mini-4k-instruct/],
  ],
  [
    'a private preset without image',
    workspace({ inference: { preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'private' } } }),
    ['ImageRequired', 'inference.preset.presetOptions.image', /accessMode private/],
  ],
  [
    'a runtime that the image lacks',
    withAnnotation('kaito.sh/runtime', 'vllm'),
    ['RuntimeNotSupported', 'metadata.annotations[kaito.sh/runtime]', /runs on transformers/],
  ],
  [
    'no instance type',
    workspace({ resource: { labelSelector: {} } }),
    ['InstanceTypeRequired', 'resource.instanceType', /e\.g\. Standard_/],
  ],
  ['no resource at all', without('resource'), ['InstanceTypeRequired', 'resource.instanceType', /missing/]],
  [
    'an unknown instance type',
    workspace({ resource: { ...resource, instanceType: 'Standard_NC6_v3' } }),
    ['InstanceTypeUnknown', 'resource.instanceType', /"Standard_NC6_v3".*nearest are Standard_NC6s_v3/],
  ],
  [
    'a CPU size',
    workspace({ resource: { ...resource, instanceType: 'Standard_D4s_v5' } }),
    ['InstanceTypeUnknown', 'resource.instanceType', /not a known GPU size/],
  ],
  [
    'AMD GPUs',
    workspace({ resource: { ...resource, instanceType: 'Standard_NV32as_v4' } }),
    ['GpuVendorNotSupported', 'resource.instanceType', /AMD Radeon Instinct MI25.*NVIDIA/],
  ],
  [
    'too little GPU memory',
    workspace({ resource: { ...resource, instanceType: 'Standard_NV6' } }),
    ['GpuMemoryTooSmall', 'resource.instanceType', /8 GiB.*needs 1 GPU and 9 GiB.*use e\.g\. Standard_/],
  ],
  ['no node', workspace({ resource: { ...resource, count: 0 } }), ['NodeCountInvalid', 'resource.count', /1 to 1000/]],
  [
    'a negative count',
    workspace({ resource: { ...resource, count: -1 } }),
    ['NodeCountInvalid', 'resource.count', /-1/],
  ],
  [
    'a fortune',
    workspace({ resource: { ...resource, count: 100_000 } }),
    ['NodeCountInvalid', 'resource.count', /100000 is out of range/],
  ],
  [
    'an unknown node image',
    withAnnotation('kaito.sh/node-image-family', 'windows'),
    ['NodeImageFamilyUnknown', 'metadata.annotations[kaito.sh/node-image-family]', /ubuntu or azurelinux/],
  ],
  [
    'a name that no Service can have',
    workspace({ metadata: { name: '3-phi', namespace: 'default' } }),
    ['NameInvalid', 'metadata.name', /starting with a letter/],
  ],
  [
    'a name that is too long',
    workspace({ metadata: { name: 'p'.repeat(64), namespace: 'default' } }),
    ['NameInvalid', 'metadata.name', /at most 63/],
  ],
  [
    'a part of a GPU',
    workspace({ resource: { ...resource, partition: { mode: 'mig', profile: '1g.10gb' } } }),
    ['FieldNotSupported', 'resource.partition', /whole GPUs/],
  ],
  [
    'preferred nodes',
    workspace({ resource: { ...resource, preferredNodes: ['node-1'] } }),
    ['FieldNotSupported', 'resource.preferredNodes', /created for the workspace/],
  ],
  [
    'a configuration that the server would not read',
    workspace({ inference: { preset: { name: 'phi-3-mini-4k-instruct' }, config: 'settings' } }),
    ['FieldNotSupported', 'inference.config', /own settings/],
  ],
];

const adapter = { source: { name: 'adapter', image: 'example.azurecr.io/adapter:1' } };
const badAdapters: readonly (readonly [string, NonNullable<InferenceSpec['adapters']>, string, RegExp])[] = [
  ['a volume', [{ source: { name: 'a', volumeSource: {} } }], 'inference.adapters[0].source.image', /images only/],
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
  });

  it.each(badSelectors)('a label selector with %s', (_, labelSelector, message) => {
    const problems = problemsOf(workspace({ resource: { instanceType: 'Standard_NC6s_v3', labelSelector } }));
    expect(problems.map(({ code }) => code)).toEqual(['LabelSelectorInvalid']);
    expect(problems[0]?.message).toMatch(message);
  });

  it.each(badAdapters)('adapters with %s', (_, adapters, field, message) => {
    const problems = problemsOf(workspace({ inference: { preset: { name: 'phi-3-mini-4k-instruct' }, adapters } }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'AdapterInvalid', field });
    expect(problems[0]?.message).toMatch(message);
  });

  it('says everything that is wrong at once', () => {
    const bad = workspace({
      resource: { count: 0, instanceType: 'Standard_X', labelSelector: {} },
      inference: { preset: { name: 'gpt' } },
    });
    expect(problemsOf(bad).map(({ code }) => code)).toEqual([
      'PresetUnknown',
      'InstanceTypeUnknown',
      'NodeCountInvalid',
    ]);
  });

  it('never throws, whatever the strings and numbers', () => {
    const text = string({ unit: 'binary', maxLength: 300 });
    const input = record({ name: text, preset: text, instanceType: text, count: double() });
    const isAnswered = property(input, dictionary(text, text), ({ name, preset, instanceType, count }, map) => {
      const odd: Workspace = {
        metadata: { name, annotations: map },
        resource: { count, instanceType, labelSelector: { matchLabels: map } },
        inference: { preset: { name: preset } },
      };
      const problems = problemsOf(odd);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.every(({ message, field }) => message.length > 0 && field.length > 0)).toBe(true);
    });
    assert(isAnswered);
  });
});

describe('plan', () => {
  it('gives the same bytes for the same input', () => {
    const first = JSON.stringify(planOf(phi3));
    for (let round = 0; round < 100; round++) expect(JSON.stringify(planOf(structuredClone(phi3)))).toBe(first);
  });

  it('takes less than 5 ms at the 99th percentile', () => {
    const times = Array.from({ length: 1000 }, () => {
      const start = performance.now();
      plan({ workspace: phi3, presets, skus });
      return performance.now() - start;
    }).toSorted((a, b) => a - b);
    expect(times[989]).toBeLessThan(5);
  });
});
