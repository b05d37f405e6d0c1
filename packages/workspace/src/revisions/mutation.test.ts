import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { annotations, labels, type AdapterSpec, type Workspace } from '@kaito/crds';
import { azurePrices, catalogue, findModel, gpuSkus, plan, type Plan, type TuningPlan } from '@kaito/planner';
import { aWorkspace, override, type Overrides } from '@kaito/testing';
import { parse } from 'yaml';
import type { ObservedConfig } from '../observed.ts';
import { nodeClassOf, type NodeClasses } from '../provisioning/node-classes.ts';
import { renderNodePool } from '../render/node-pool.ts';
import { ownershipLabels } from '../render/ownership.ts';
import { settings } from '../render/plans.test-data.ts';
import { trainingKey } from '../render/tuning/job.ts';
import { renderTraining } from '../render/tuning/training.ts';
import { renderWorkload } from '../render/workload.ts';
import { changesBetween } from './changes.ts';
import { impactOf, type Impact } from './impact.ts';
import { revisionData } from './revision-data.ts';
import { templateDigest } from '../workload/template-digest.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}
interface Crd {
  readonly spec: {
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

const crdFile = fileURLToPath(new URL('../../../../crds/kaito.sh_workspaces.yaml', import.meta.url));

/** Paths of all fields that a user can set, as the API server knows them; a field whose inside is not known is one. */
function fieldsOf({ properties, items }: Schema, path: string): readonly string[] {
  if (properties) return Object.entries(properties).flatMap(([name, below]) => fieldsOf(below, `${path}.${name}`));
  return items?.properties ? fieldsOf(items, `${path}[0]`) : [path];
}

function userFields(): readonly string[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of our own
  const crd = parse(readFileSync(crdFile, 'utf8')) as Crd;
  const schema = crd.spec.versions.find(({ name }) => name === 'v1beta1')?.schema.openAPIV3Schema;
  return ['resource', 'inference', 'tuning'].flatMap(section => fieldsOf(schema?.properties?.[section] ?? {}, section));
}

const serving = aWorkspace({
  metadata: { uid: '1' },
  resource: { instanceType: 'Standard_NC24ads_A100_v4' },
  inference: { preset: { name: 'phi-4-mini-instruct' } },
});
const adapter = { source: { name: 'a', image: 'example.com/a:1' } };
const template = (image: string) => ({ spec: { containers: [{ name: 'c', image }] } });
const custom = override(serving, { inference: { preset: undefined, template: template('example.com/a:1') } });
const image = 'example.com/phi:1';
const ofImage = override(serving, {
  resource: { instanceType: 'Standard_NC6s_v3' },
  inference: { preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'private', presetOptions: { image } } },
});
const withAdapter = override(serving, { inference: { adapters: [adapter] } });
const ladder = override(serving, { resource: { alternatives: [{ instanceType: 'Standard_NC40ads_H100_v5' }] } });
const onOldGpu = override(ofImage, { inference: { adapters: [adapter] } });

/** For every field that may be edited: the workspace, the edit, and what it must come to. */
const edits: Readonly<Record<string, readonly [before: Workspace, edit: Overrides<Workspace>, effect: Impact]>> = {
  'resource.count': [serving, { resource: { count: 3 } }, 'newNodes'],
  'resource.instanceType': [serving, { resource: { instanceType: 'Standard_NC40ads_H100_v5' } }, 'newNodes'],
  'resource.capacityType': [serving, { resource: { capacityType: 'spot' } }, 'newNodes'],
  'resource.deadline': [serving, { resource: { deadline: '20m' } }, 'nextNode'],
  'resource.preferredNodes': [serving, { resource: { preferredNodes: ['a'] } }, 'nextNode'],
  // On the first rung nothing comes of them; the ladder begins anew, which is what is declared.
  'resource.alternatives[0].instanceType': [
    ladder,
    { resource: { alternatives: [{ instanceType: 'Standard_NC48ads_A100_v4' }] } },
    'nextNode',
  ],
  'resource.alternatives[0].capacityType': [
    ladder,
    { resource: { alternatives: [{ instanceType: 'Standard_NC40ads_H100_v5', capacityType: 'spot' }] } },
    'nextNode',
  ],
  'resource.alternatives[0].deadline': [
    ladder,
    { resource: { alternatives: [{ instanceType: 'Standard_NC40ads_H100_v5', deadline: '5m' }] } },
    'nextNode',
  ],
  'inference.preset.presetOptions.image': [
    ofImage,
    { inference: { preset: { presetOptions: { image: 'example.com/phi:2' } } } },
    'podRestart',
  ],
  'inference.preset.presetOptions.imagePullSecrets': [
    ofImage,
    { inference: { preset: { presetOptions: { imagePullSecrets: ['pull'] } } } },
    'podRestart',
  ],
  'inference.preset.presetOptions.modelAccessSecret': [
    serving,
    { inference: { preset: { presetOptions: { modelAccessSecret: 'token' } } } },
    'podRestart',
  ],
  'inference.template': [custom, { inference: { template: template('example.com/a:2') } }, 'podRestart'],
  'inference.config': [serving, { inference: { config: 'settings' } }, 'podRestart'],
  'inference.adapters[0].source.name': [
    withAdapter,
    { inference: { adapters: [{ source: { ...adapter.source, name: 'b' } }] } },
    'inPlace',
  ],
  'inference.adapters[0].source.image': [
    withAdapter,
    { inference: { adapters: [{ source: { ...adapter.source, image: 'example.com/a:2' } }] } },
    'inPlace',
  ],
  'inference.adapters[0].source.volumeSource': [
    withAdapter,
    { inference: { adapters: [{ source: { name: 'a', volumeSource: { emptyDir: {} } } }] } },
    'podRestart',
  ],
  'inference.adapters[0].source.imagePullSecrets': [
    withAdapter,
    { inference: { adapters: [{ source: { ...adapter.source, imagePullSecrets: ['pull'] } }] } },
    'podRestart',
  ],
  'inference.adapters[0].strength': [
    onOldGpu,
    { inference: { adapters: [{ ...adapter, strength: '0.5' }] } },
    'podRestart',
  ],
};

/** Adapters before and after an edit of a workspace. */
interface AdapterEdit {
  readonly base: Workspace;
  readonly was: readonly AdapterSpec[];
  readonly is: readonly AdapterSpec[];
}

function onVolume(name: string): AdapterSpec {
  return { source: { name, volumeSource: { emptyDir: {} } } };
}

/** Fields that the schema refuses to have edited, or at all; the case tables of @kaito/crds try each on a real API server. */
const neverEdited = [
  'resource.labelSelector.matchLabels',
  'resource.labelSelector.matchExpressions[0].key',
  'resource.labelSelector.matchExpressions[0].operator',
  'resource.labelSelector.matchExpressions[0].values',
  'resource.partition.mode',
  'resource.partition.profile',
  'resource.partition.count',
  'inference.preset.name',
  'inference.preset.accessMode',
  'tuning.preset.name',
  'tuning.preset.accessMode',
  'tuning.method',
  'tuning.input.name',
];
/** Adapters come from no link. */
const neverSet = ['inference.adapters[0].source.urls'];

const annotationEdits: Readonly<Record<string, readonly [string, Impact, Workspace?]>> = {
  [annotations.runtime]: [
    'transformers',
    'podRestart',
    override(serving, { inference: { preset: { name: 'phi-4' } } }),
  ],
  [annotations.performanceMode]: ['throughput', 'podRestart'],
  [annotations.useLocalWeights]: ['true', 'podRestart'],
  [annotations.enableLoadBalancer]: ['True', 'inPlace'],
  [annotations.nodeImageFamily]: ['azurelinux', 'nextNode'],
  [annotations.nodeClassName]: ['other', 'newNodes'],
  [annotations.bypassResourceChecks]: ['true', 'nextNode'],
};

/** Labels that are read: those of the fleet that a workspace belongs to, and the load balancer. */
const labelEdits: Readonly<Record<string, readonly [string, Impact]>> = {
  [labels.inferenceSetCreatedBy]: ['a-set', 'podRestart'],
  [labels.multiRoleInferenceCreatedBy]: ['a-set', 'podRestart'],
  [labels.inferenceRole]: ['decode', 'podRestart'],
  [annotations.enableLoadBalancer]: ['True', 'inPlace'],
};

const { inference: _served, ...untasked } = serving;
const tuned: Workspace = {
  ...untasked,
  tuning: {
    preset: { name: 'phi-4', accessMode: 'private', presetOptions: { image } },
    method: 'lora',
    input: { urls: ['https://example.com/a.parquet'] },
    output: { image: 'example.com/out:1', imagePushSecret: 'push' },
  },
};
const fromImage = override(tuned, { tuning: { input: { urls: undefined, image: 'example.com/data:1' } } });

/** The same for a training: whatever it depends on makes it begin anew. */
const tuningEdits: Readonly<Record<string, readonly [before: Workspace, edit: Overrides<Workspace>, effect: Impact]>> =
  {
    'tuning.preset.presetOptions.image': [
      tuned,
      { tuning: { preset: { presetOptions: { image: 'example.com/phi:2' } } } },
      'podRestart',
    ],
    'tuning.preset.presetOptions.imagePullSecrets': [
      tuned,
      { tuning: { preset: { presetOptions: { imagePullSecrets: ['pull'] } } } },
      'podRestart',
    ],
    'tuning.preset.presetOptions.modelAccessSecret': [
      tuned,
      { tuning: { preset: { presetOptions: { modelAccessSecret: 'token' } } } },
      'podRestart',
    ],
    'tuning.config': [tuned, { tuning: { config: 'settings' } }, 'podRestart'],
    'tuning.input.urls': [tuned, { tuning: { input: { urls: ['https://example.com/b.parquet'] } } }, 'podRestart'],
    'tuning.input.image': [fromImage, { tuning: { input: { image: 'example.com/data:2' } } }, 'podRestart'],
    'tuning.input.imagePullSecrets': [fromImage, { tuning: { input: { imagePullSecrets: ['pull'] } } }, 'podRestart'],
    'tuning.input.volumeSource': [
      tuned,
      { tuning: { input: { urls: undefined, volumeSource: { emptyDir: {} } } } },
      'podRestart',
    ],
    'tuning.output.image': [tuned, { tuning: { output: { image: 'example.com/out:2' } } }, 'podRestart'],
    'tuning.output.imagePushSecret': [tuned, { tuning: { output: { imagePushSecret: 'other' } } }, 'podRestart'],
    'tuning.output.volumeSource': [
      tuned,
      { tuning: { output: { image: undefined, imagePushSecret: undefined, volumeSource: { emptyDir: {} } } } },
      'podRestart',
    ],
  };

const noConfig: ObservedConfig = { state: 'none' };

function planOf(workspace: Workspace, config: ObservedConfig): Plan {
  const model = findModel(catalogue, (workspace.inference ?? workspace.tuning)?.preset?.name ?? '');
  const result = plan({
    workspace,
    model: model && { state: 'known', model },
    skus: gpuSkus,
    prices: azurePrices,
    provisioning: { mode: 'auto' },
    config: config.state === 'read' ? config.text : undefined,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}

const nodeClasses: NodeClasses = {
  resource: {
    group: 'karpenter.azure.com',
    version: 'v1beta1',
    plural: 'aksnodeclasses',
    kind: 'AKSNodeClass',
    namespaced: false,
  },
  classes: [
    { name: 'default', isDefault: true },
    { name: 'other', isDefault: false },
  ],
};

/** What Karpenter compares a node with: where it differs, the node has drifted and is replaced. */
function poolTemplate(workspace: Workspace, planned: Plan): unknown {
  const nodeClass = nodeClassOf(workspace, nodeClasses);
  if (!nodeClass) throw new Error('no such node class');
  return renderNodePool(workspace, planned, { nodeClass, replicas: 1, holdDrift: false }).spec?.template;
}

/** All that an edit can change: the nodes, the pods, and the other objects. */
function outcome(workspace: Workspace, config: ObservedConfig): { nodes: string; pods: string; all: string } {
  const planned = planOf(workspace, config);
  if (planned.job === 'tuning') return trainingOutcome(workspace, planned);
  const { statefulSet, services, adapterList } = renderWorkload({
    workspace,
    plan: planned,
    podNodeLabels: ownershipLabels(workspace),
    mode: 'auto',
    revision: 1,
    ...(config.state === 'read' && { configHash: config.hash }),
    settings,
  });
  const { count, instanceType, capacityType } = planned.nodes;
  return {
    nodes: JSON.stringify([count, instanceType, capacityType, poolTemplate(workspace, planned)]),
    pods: templateDigest(statefulSet) ?? '',
    all: JSON.stringify([statefulSet, services, adapterList]),
  };
}

function trainingOutcome(workspace: Workspace, planned: TuningPlan): ReturnType<typeof outcome> {
  const podNodeLabels = ownershipLabels(workspace);
  const training = renderTraining({ workspace, plan: planned, podNodeLabels, mode: 'auto', revision: 1, settings });
  const { count, instanceType, capacityType } = planned.nodes;
  return {
    nodes: JSON.stringify([count, instanceType, capacityType, poolTemplate(workspace, planned)]),
    pods: trainingKey(planned),
    all: JSON.stringify(training),
  };
}

function effectOf(before: Workspace, after: Workspace, config: ObservedConfig = noConfig): Impact {
  const was = outcome(before, noConfig);
  const is = outcome(after, config);
  if (was.nodes !== is.nodes) return 'newNodes';
  if (was.pods !== is.pods) return 'podRestart';
  return was.all === is.all ? 'nextNode' : 'inPlace';
}

const strength: readonly Impact[] = ['nextNode', 'inPlace', 'podRestart', 'newNodes'];

/** An effect may be less than what was declared, which is what an edit comes to at most; more would be a surprise. */
function expectDeclared(field: string, effect: Impact): void {
  const declared = impactOf(field);
  expect(strength.indexOf(effect)).toBeLessThanOrEqual(strength.indexOf(declared ?? 'nextNode'));
}

interface Edit {
  readonly before: Workspace;
  readonly after: Workspace;
  readonly effect: Impact;
}

/** The effect of an edit of metadata is within what is declared, and it is told as the one change, there and back. */
function expectTold(field: string, { before, after, effect }: Edit): void {
  expectDeclared(field, effect);
  const told = { field, impact: impactOf(field) };
  const [was, is] = [revisionData(before, noConfig), revisionData(after, noConfig)];
  expect(changesBetween(was, is)).toEqual([told]);
  expect(changesBetween(is, was)).toEqual([told]);
}

describe('every field has a declared impact', () => {
  test.each(userFields())('%s', field => {
    expect(impactOf(field)).toBeDefined();
  });

  test('and is tried below, unless it cannot be edited', () => {
    const all = userFields();
    const known = [...Object.keys({ ...edits, ...tuningEdits }), ...neverEdited, ...neverSet];
    expect(all.filter(field => !known.includes(field))).toEqual([]);
    expect(known.filter(field => !all.includes(field))).toEqual([]);
    for (const field of neverEdited) expect(impactOf(field)).toBe('refused');
  });
});

describe('an edit comes to what is declared', () => {
  test.each(Object.entries({ ...edits, ...tuningEdits }))('%s', (field, [before, edit, effect]) => {
    const after = override(before, edit);
    const config = configs[field] ?? noConfig;
    expect(effectOf(before, after, config)).toBe(effect);
    expectDeclared(field, effect);
    const changes = changesBetween(revisionData(before, noConfig), revisionData(after, config));
    expect(changes.map(change => change.field).some(path => isRelated(path, field))).toBe(true);
  });

  test.each(Object.entries(annotationEdits))('annotation %s', (key, [value, effect, before = serving]) => {
    const after = override(before, { metadata: { annotations: { [key]: value } } });
    expect(effectOf(before, after)).toBe(effect);
    expectTold(`metadata.annotations.${key}`, { before, after, effect });
  });

  test.each(Object.entries(labelEdits))('label %s', (key, [value, effect]) => {
    const after = override(serving, { metadata: { labels: { [key]: value } } });
    expect(effectOf(serving, after)).toBe(effect);
    expectTold(`metadata.labels.${key}`, { before: serving, after, effect });
  });

  test('another node class takes other nodes with Karpenter, and nothing where it is not read', () => {
    const after = override(serving, { metadata: { annotations: { [annotations.nodeClassName]: 'other' } } });
    const [was, is] = [revisionData(serving, noConfig), revisionData(after, noConfig)];
    const impacts = (['karpenter', 'machine', 'nodeclaim', 'byo'] as const).map(
      provisioner => changesBetween(was, is, { provisioner })[0]?.impact,
    );
    expect(impacts).toEqual(['newNodes', 'nextNode', 'nextNode', 'nextNode']);
  });

  const secret = { ...adapter, source: { ...adapter.source, imagePullSecrets: ['pull'] } };
  const other = { source: { name: 'b', image: 'example.com/b:1' } };
  test.each<[string, AdapterEdit, Impact]>([
    ['the first one', { base: serving, was: [], is: [adapter] }, 'podRestart'],
    ['the last one', { base: serving, was: [adapter], is: [] }, 'podRestart'],
    ['one more', { base: serving, was: [adapter], is: [adapter, other] }, 'inPlace'],
    ['one less', { base: serving, was: [adapter, other], is: [other] }, 'inPlace'],
    [
      'another image',
      { base: serving, was: [adapter], is: [{ source: { name: 'a', image: 'example.com/a:2' } }] },
      'inPlace',
    ],
    ['another name', { base: serving, was: [adapter], is: [{ source: { ...adapter.source, name: 'c' } }] }, 'inPlace'],
    ['another order', { base: serving, was: [adapter, other], is: [other, adapter] }, 'nextNode'],
    ['another order of Secrets', { base: serving, was: [secret, other], is: [other, secret] }, 'nextNode'],
    ['one more with a new Secret', { base: serving, was: [other], is: [other, secret] }, 'podRestart'],
    [
      'one more with a Secret that is there',
      { base: serving, was: [secret], is: [secret, { source: { ...secret.source, name: 'b' } }] },
      'inPlace',
    ],
    ['one more on a volume', { base: serving, was: [adapter], is: [adapter, onVolume('v')] }, 'podRestart'],
    [
      'another image beside a volume',
      { base: serving, was: [onVolume('v'), adapter], is: [onVolume('v'), other] },
      'inPlace',
    ],
    ['only volumes', { base: serving, was: [onVolume('v')], is: [onVolume('w')] }, 'podRestart'],
    ['one more, with a server that cannot', { base: ofImage, was: [adapter], is: [adapter, other] }, 'podRestart'],
  ])('adapters: %s', (_name, { base, was, is }, effect) => {
    const [before, after] = [was, is].map(adapters => override(base, { inference: { adapters: [...adapters] } }));
    if (!before || !after) throw new Error('two of them');
    expect(effectOf(before, after)).toBe(effect);
    const loadsLive = base === serving;
    const told = changesBetween(revisionData(before, noConfig), revisionData(after, noConfig), { loadsLive });
    // What comes to nothing is told as what it may come to.
    const [declared, greatest] = [effect === 'nextNode' ? 'inPlace' : effect, 'podRestart'];
    expect([...new Set(told.map(({ impact }) => impact))]).toEqual([declared]);
    const undecided = changesBetween(revisionData(before, noConfig), revisionData(after, noConfig));
    expect([...new Set(undecided.map(({ impact }) => impact))]).toEqual([greatest]);
  });

  test('another count leaves the pods alone that serve', () => {
    const three = override(serving, { resource: { count: 3 } });
    expect(outcome(three, noConfig).pods).toBe(outcome(serving, noConfig).pods);
  });

  test('other content of the ConfigMap', () => {
    const before = override(serving, { inference: { config: 'settings' } });
    const [first, second] = [read('vllm:\n  max-num-seqs: 8\n', 'a'), read('vllm:\n  max-num-seqs: 9\n', 'b')];
    expect(outcome(before, first).pods).not.toBe(outcome(before, second).pods);
    expect(changesBetween(revisionData(before, first), revisionData(before, second))).toEqual([
      { field: 'config.data', impact: 'podRestart' },
    ]);
  });
});

/** A change is told at the field itself, inside of it, or where the part that holds it came or went. */
function isRelated(path: string, field: string): boolean {
  return path === field || isWithin(field, path) || isWithin(path, field);
}

function isWithin(inner: string, outer: string): boolean {
  return inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
}

const configs: Readonly<Record<string, ObservedConfig>> = {
  'inference.config': read('vllm:\n  max-num-seqs: 8\n', 'h'),
  'tuning.config': read('training_config: { LoraConfig: { r: 16 } }', 'h'),
};

function read(text: string, hash: string): ObservedConfig {
  return { state: 'read', name: 'settings', text, hash };
}
