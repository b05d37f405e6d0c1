import type { Workspace } from '@kaito/crds';
import { catalogue, checkWorkspace, findModel, gpuSkus, type BroughtNode } from '@kaito/planner';
import { aWorkspace, aWorkspaceV1alpha1 } from '@kaito/testing';
import type { ObservedConfig } from '../observed.ts';
import type { ReviewFacts } from './facts.ts';
import { reviewWorkspace } from './review-workspace.ts';

// The rules of the planner, as a user meets them: a bad object, and the words that come back.

const nameOf = ({ inference, tuning }: Workspace) => inference?.preset?.name ?? tuning?.preset?.name;

const facts: ReviewFacts = {
  check: checkWorkspace,
  mode: 'auto',
  skus: gpuSkus,
  features: { mig: true, accelerator: true },
  model: workspace => {
    const name = nameOf(workspace);
    const model = name === undefined ? undefined : findModel(catalogue, name);
    return model && { state: 'known', model };
  },
  config: () => ({ state: 'none' }),
  nodes: () => [],
};

const gpu = { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB', 'nvidia.com/gpu.count': '1' };
const node = (name: string, labels: Record<string, string> = {}): BroughtNode => ({
  name,
  labels: { ...gpu, 'nvidia.com/gpu.memory': '81920', ...labels },
  ready: true,
  allocatable: { 'nvidia.com/gpu': '1' },
});
const brought = (...nodes: readonly BroughtNode[]): ReviewFacts => ({ ...facts, mode: 'brought', nodes: () => nodes });
const configured = (text: string): ReviewFacts => {
  const config: ObservedConfig = { state: 'read', name: 'settings', text, hash: '' };
  return { ...facts, config: () => config };
};

function review(object: Workspace, around: ReviewFacts, version = 'v1beta1') {
  const kind = { group: 'kaito.sh', version, kind: 'Workspace' };
  return reviewWorkspace({ kind, operation: 'CREATE', namespace: 'default', object, oldObject: null }, around);
}

const size = (instanceType: string) => ({ resource: { instanceType } });
const a100 = size('Standard_NC24ads_A100_v4');
const phi4 = { inference: { preset: { name: 'phi-4' } } };
const annotated = (key: string, value: string) => aWorkspace({ metadata: { annotations: { [key]: value } } });
const labelled = (matchLabels: Record<string, string>) => aWorkspace({ resource: { labelSelector: { matchLabels } } });
const withAdapter = (source: object, more: object = {}) =>
  aWorkspace({ ...a100, inference: { preset: phi4.inference.preset, adapters: [{ source, ...more }] } });
const own = (resource: Workspace['resource']): Workspace => ({
  ...aWorkspace(phi4),
  ...(resource && { resource }),
});
const partitioned = (partition: { mode: 'mig' | 'accelerator'; profile?: string; count?: number }) =>
  own({ labelSelector: {}, partition });
const tuned = (tuning: Partial<NonNullable<Workspace['tuning']>>): Workspace => {
  const { inference: _, ...rest } = aWorkspace(a100);
  const input = { urls: ['https://example.com/a'] };
  return { ...rest, tuning: { preset: { name: 'phi-4' }, method: 'lora', input, output: {}, ...tuning } };
};

test.each<[what: string, workspace: Workspace, facts: ReviewFacts]>([
  ['the workspace of the guides', aWorkspace(), facts],
  ['a model of today', aWorkspace({ ...a100, ...phi4 }), facts],
  ['no instance type', own({ labelSelector: {} }), facts],
  ['nodes of a user', own({ labelSelector: {} }), brought(node('a'), node('b'))],
  ['a part of a node of a user', partitioned({ mode: 'accelerator', count: 1 }), brought(node('a'))],
])('%s is taken', (_what, workspace, around) => {
  expect(review(workspace, around)).toMatchObject({ allowed: true });
});

test.each<[what: string, workspace: Workspace, facts: ReviewFacts, parts: readonly string[]]>([
  [
    'a name that a Service cannot have',
    aWorkspace({ metadata: { name: '7b' } }),
    facts,
    ['metadata.name "7b"', 'starting with a letter'],
  ],
  [
    'an unknown model',
    aWorkspace({ inference: { preset: { name: 'phi-5' } } }),
    facts,
    ['inference.preset.name "phi-5"', 'nearest are'],
  ],
  [
    'a size that nobody knows',
    aWorkspace(size('Standard_NC24ads_A100_v5')),
    facts,
    ['resource.instanceType "Standard_NC24ads_A100_v5"', 'Standard_NC24ads_A100_v4'],
  ],
  [
    'a size with other GPUs',
    aWorkspace(size('Standard_NG32ads_V620_v1')),
    facts,
    ['resource.instanceType', 'NVIDIA GPUs'],
  ],
  [
    'an alternative that nobody knows',
    aWorkspace({ resource: { alternatives: [{ instanceType: 'Standard_XY' }] } }),
    facts,
    ['resource.alternatives[0].instanceType "Standard_XY"'],
  ],
  [
    'an alternative that does not do',
    aWorkspace({ resource: { alternatives: [{ instanceType: 'Standard_NG32ads_V620_v1' }] } }),
    facts,
    ['resource.alternatives[0].instanceType', 'NVIDIA GPUs'],
  ],
  [
    'a private image that is not named',
    aWorkspace({ inference: { preset: { accessMode: 'private' } } }),
    facts,
    ['inference.preset.presetOptions.image is missing'],
  ],
  [
    'a gated model without a token',
    aWorkspace({ ...a100, inference: { preset: { name: 'llama-3.1-8b-instruct' } } }),
    facts,
    ['modelAccessSecret is missing', 'HF_TOKEN'],
  ],
  [
    'an unknown runtime',
    annotated('kaito.sh/runtime', 'tgi'),
    facts,
    ['metadata.annotations[kaito.sh/runtime] "tgi"', 'use vllm or transformers'],
  ],
  [
    'an unknown performance mode',
    annotated('kaito.sh/performance-mode', 'fast'),
    facts,
    ['"fast"', 'balanced, interactivity or throughput'],
  ],
  ['local weights, perhaps', annotated('kaito.sh/use-local-weights', 'yes'), facts, ['"yes"', 'use true or false']],
  ['an unknown node image', annotated('kaito.sh/node-image-family', 'windows'), facts, ['ubuntu or azurelinux']],
  ['a label that is no label', labelled({ 'a b': 'c' }), facts, ['resource.labelSelector', 'is not a label key']],
  ['a label of the platform', labelled({ 'kubernetes.io/os': 'linux' }), facts, ['is set by the platform']],
  [
    'a label with two values',
    aWorkspace({
      resource: {
        labelSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['c'] }] },
      },
    }),
    facts,
    ['wants "a" to be both "b" and "c"'],
  ],
  [
    'an adapter of the name of the workspace',
    withAdapter({ name: 'a-workspace', image: 'a' }),
    facts,
    ['give each adapter a name of its own'],
  ],
  [
    'an adapter that cannot name a container',
    withAdapter({ name: 'a.b', image: 'a' }),
    facts,
    ['cannot name a container'],
  ],
  [
    'an adapter with a strength beside vLLM',
    withAdapter({ name: 'a', image: 'a' }, { strength: '0.5' }),
    facts,
    ['inference.adapters[0].strength has no effect with vLLM'],
  ],
  [
    'a configuration that is no map',
    aWorkspace({ ...a100, ...phi4 }),
    configured('- a'),
    ['inference_config.yaml of inference.config', 'must be a map'],
  ],
  [
    'a context that the model does not have',
    aWorkspace({ ...a100, ...phi4 }),
    configured('vllm: { max-model-len: 99999999 }'),
    ['max-model-len', '16384'],
  ],
  [
    'an instance type where users bring the nodes',
    aWorkspace(phi4),
    brought(node('a')),
    ['resource.instanceType is set, but this installation makes no nodes'],
  ],
  ['no node to match', own({ labelSelector: {} }), brought(), ['resource.labelSelector matches no node']],
  [
    'nodes that do not say what GPUs they have',
    own({ labelSelector: {} }),
    brought(node('a', { 'nvidia.com/gpu.memory': '' })),
    ['node a lacks the labels nvidia.com/gpu.memory'],
  ],
  [
    'nodes that differ',
    own({ labelSelector: {} }),
    brought(node('a'), node('b', { 'nvidia.com/gpu.count': '2' })),
    ['matches nodes with different GPUs'],
  ],
  [
    'nodes that are too small',
    own({ labelSelector: {} }),
    brought(node('a', { 'nvidia.com/gpu.memory': '2048' })),
    ['resource.labelSelector matches nodes with 1 ×'],
  ],
  [
    'a part of a node that is made',
    partitioned({ mode: 'accelerator', count: 1 }),
    facts,
    ['resource.partition is for nodes that you bring yourself'],
  ],
  [
    'a part where the installation has none',
    partitioned({ mode: 'mig', profile: '1g.10gb' }),
    { ...brought(node('a')), features: {} },
    ['mode mig is turned off in this installation'],
  ],
  [
    'a slice that GPUs do not have',
    partitioned({ mode: 'mig', profile: '1g.11gb' }),
    brought(node('a')),
    ['"1g.11gb" is not a slice that GPUs have'],
  ],
  [
    'whole GPUs of nodes that have slices only',
    own({ labelSelector: {} }),
    brought({ ...node('a'), allocatable: { 'nvidia.com/gpu': '0', 'nvidia.com/mig-1g.10gb': '7' } }),
    ['resource.partition is missing', 'node a are cut into slices', 'mode mig and profile 1g.10gb'],
  ],
  [
    'a configuration beside a template',
    aWorkspace({ inference: { preset: undefined, template: { spec: {} }, config: 'settings' } }),
    facts,
    ['inference.config is for inference.preset', 'mount the ConfigMap in the template'],
  ],
  [
    'a slice that the nodes do not offer',
    partitioned({ mode: 'mig', profile: '3g.40gb' }),
    brought(node('a')),
    ['offers nvidia.com/mig-3g.40gb'],
  ],
  [
    'fine-tuning of a model that cannot be',
    tuned({ preset: { name: 'gpt-oss-20b' } }),
    facts,
    ['tuning.preset.name', 'cannot be fine-tuned'],
  ],
  [
    'everything at once',
    aWorkspace({
      metadata: { annotations: { 'kaito.sh/runtime': 'tgi' } },
      resource: { instanceType: 'Standard_XY', labelSelector: { matchLabels: { 'a b': 'c' } } },
    }),
    facts,
    ['3 problems', 'Standard_XY', 'tgi', 'is not a label key'],
  ],
])('%s is refused with words that help', (_what, workspace, around, parts) => {
  const { allowed, message = '' } = review(workspace, around);
  expect(allowed).toBe(false);
  for (const part of parts) expect(message).toContain(part);
});

test('an object of v1alpha1 is judged without a fault, whatever model it names', () => {
  for (const name of ['phi-3-mini-4k-instruct', 'nobody-knows', 'microsoft/phi-4', 'falcon-7b'])
    expect(typeof review(aWorkspaceV1alpha1({ inference: { preset: { name } } }), facts, 'v1alpha1').allowed).toBe(
      'boolean',
    );
  expect(review(aWorkspaceV1alpha1(), facts, 'v1alpha1')).toMatchObject({ allowed: true });
  expect(review(aWorkspaceV1alpha1({ resource: { instanceType: 'Standard_XY' } }), facts, 'v1alpha1').allowed).toBe(
    false,
  );
});
