import type { Workspace } from '@kaito/crds';
import type { InferencePlan } from '@kaito/planner';
import { aWorkspace, type Overrides } from '@kaito/testing';
import { catalogueInputs } from './catalogue.test-data.ts';
import { createHash } from 'node:crypto';
import {
  aMultiNodePlan,
  anInput,
  aPresetImagePlan,
  aTemplatePlan,
  aVllmPlan,
  templateWorkspace,
} from './plans.test-data.ts';
import type { RenderInput } from './render-input.ts';
import { templateDigest } from '../workload/template-digest.ts';
import { renderWorkload } from './workload.ts';

const phi3 = anInput(aPresetImagePlan(), { metadata: { name: 'workspace-phi-3-mini' } });

describe('the workload of a phi-3 workspace', () => {
  it('has one StatefulSet and the Service of KAITO v0.3', () => {
    expect(renderWorkload(phi3)).toMatchSnapshot();
  });

  it('keeps the container of KAITO v0.3', () => {
    const [container] = renderWorkload(phi3).statefulSet.spec?.template.spec?.containers ?? [];
    expect(container).toMatchObject({
      name: 'workspace-phi-3-mini',
      image: 'mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.1',
      ports: [{ containerPort: 5000, protocol: 'TCP' }],
      livenessProbe: { httpGet: { path: '/healthz', port: 5000 }, initialDelaySeconds: 600, periodSeconds: 10 },
      readinessProbe: { httpGet: { path: '/healthz', port: 5000 }, initialDelaySeconds: 30, periodSeconds: 10 },
      resources: { limits: { 'nvidia.com/gpu': '1' }, requests: { 'nvidia.com/gpu': '1' } },
    });
    expect(container).not.toHaveProperty('startupProbe');
    expect(container).not.toHaveProperty('volumeMounts');
  });
});

/** What can never be changed on a StatefulSet. */
const fixed = ({ spec }: ReturnType<typeof renderWorkload>['statefulSet']) => ({
  serviceName: spec?.serviceName,
  selector: spec?.selector,
  podManagementPolicy: spec?.podManagementPolicy,
  volumeClaimTemplates: spec?.volumeClaimTemplates,
});

const annotationsOf = (input: RenderInput) => renderWorkload(input).statefulSet.metadata.annotations ?? {};

describe('the StatefulSet', () => {
  it('has the same of what can never be changed, whatever the plan', () => {
    const labels = { 'inferenceset.kaito.sh/created-by': 'fleet' };
    const nvme = aVllmPlan({ nodes: { hasNvme: true } });
    const sets = [
      anInput(aVllmPlan()),
      anInput(aMultiNodePlan(), { metadata: { labels } }),
      anInput(nvme, { settings: { ...anInput(nvme).settings, nvmeStorageClass: 'local' } }),
      anInput(aTemplatePlan(), { workspace: templateWorkspace({ spec: { containers: [{ name: 'a' }] } }) }),
    ].map(input => fixed(renderWorkload(input).statefulSet));
    for (const set of sets) expect(set).toEqual(sets[0]);
  });

  it('says its revision', () => {
    expect(annotationsOf(anInput(aVllmPlan()))['workspace.kaito.io/revision']).toBe('1');
    expect(annotationsOf(anInput(aVllmPlan(), { revision: 2 }))['workspace.kaito.io/revision']).toBe('2');
  });

  it('tells another template, and each of its pods, by another digest', () => {
    const inputs = [{}, { revision: 2 }, { configHash: 'changed' }].map(change => anInput(aVllmPlan(), change));
    const [first, second, third] = inputs.map(input => templateDigest(renderWorkload(input).statefulSet));
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('gives pods the labels of a fleet, and selects by the workspace alone', () => {
    const labels = { 'inferenceset.kaito.sh/created-by': 'fleet', 'kaito.sh/inference-role': 'decode', team: 'a' };
    const { spec } = renderWorkload(anInput(aVllmPlan(), { metadata: { labels } })).statefulSet;
    expect(spec?.template.metadata?.labels).toEqual({
      'inferenceset.kaito.sh/created-by': 'fleet',
      'kaito.sh/inference-role': 'decode',
      'kaito.sh/workspace': 'a-workspace',
    });
    expect(spec?.selector.matchLabels).toEqual({ 'kaito.sh/workspace': 'a-workspace' });
  });
});

/** A number from 0 to 1, the same on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** The same value with the keys of all objects in another order. */
function shuffled(value: unknown, next: () => number): unknown {
  if (Array.isArray(value)) return value.map(item => shuffled(item, next));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => ({
    rank: next(),
    entry: [key, shuffled(part, next)] as const,
  }));
  return Object.fromEntries(entries.toSorted((a, b) => a.rank - b.rank).map(({ entry }) => entry));
}

function digest(input: RenderInput): string {
  return createHash('sha256')
    .update(JSON.stringify(renderWorkload(input)))
    .digest('hex');
}

function digestShuffled(input: RenderInput, seed: number): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same value in another order
  return digest(shuffled(input, random(seed)) as RenderInput);
}

const adapters: InferencePlan['adapters'] = [
  { name: 'one', image: 'example.azurecr.io/one:1', pullSecrets: ['pull'], strength: '0.5' },
  { name: 'two', volumeSource: { persistentVolumeClaim: { claimName: 'two', readOnly: true } }, pullSecrets: [] },
];

const edits: Readonly<Record<string, Overrides<Workspace>>> = {
  'as they are': {},
  'on more nodes': { resource: { count: 2 } },
  'with a configuration': { inference: { config: 'settings' } },
  'with transformers': { metadata: { annotations: { 'kaito.sh/runtime': 'transformers' } } },
};

const richInput = {
  preset: (): RenderInput => {
    const labels = { apps: 'a', tier: 'gold', 'kaito.sh/inference-role': 'decode' };
    const workspace = aWorkspace({ metadata: { uid: '1', labels }, inference: { config: 'settings' } });
    return anInput(aMultiNodePlan({ adapters }), { workspace, configHash: 'abc' });
  },
  template: (): RenderInput => {
    const container = { name: 'main', image: 'a', env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 8000 }] };
    const template = {
      metadata: { labels: { b: '1', a: '2' }, annotations: { y: '1', x: '2' } },
      spec: { containers: [container], nodeSelector: { q: '1', p: '2' } },
    };
    return anInput(aTemplatePlan(), { workspace: templateWorkspace(template) });
  },
};

describe('rendering, bit for bit', () => {
  it.each(Object.entries(edits))('is the same for every model of the catalogue: %s', (_, edit) => {
    const inputs = catalogueInputs(edit);
    expect(inputs.length).toBeGreaterThanOrEqual(edit.metadata ? 1 : 60);
    for (const input of inputs) {
      const first = digest(input);
      for (let seed = 1; seed <= 2; seed++) expect(digestShuffled(input, seed)).toBe(first);
    }
  });

  it.each(['preset', 'template'] as const)(
    'is the same a thousand times, in whatever order the keys come: %s',
    kind => {
      const input = richInput[kind]();
      const first = digest(input);
      for (let seed = 1; seed <= 1000; seed++) expect(digestShuffled(input, seed)).toBe(first);
    },
  );
});
