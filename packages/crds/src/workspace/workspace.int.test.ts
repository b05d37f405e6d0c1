import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isInvalid } from '@kaito/kube';
import { useStack } from '@kaito/testing';
import type { ApiObject } from '../object.ts';
import { accepted } from './cases/accepted.ts';
import { allowedEdits, refusedEdits } from './cases/edits.ts';
import { refused } from './cases/refused.ts';
import { serving, type EditCase } from './cases/sections.ts';
import {
  workspaces,
  workspacesV1alpha1,
  type Workspace,
  type WorkspaceChange,
  type WorkspaceDiagnosis,
  type WorkspacePlan,
  type WorkspaceStartup,
  type WorkspaceV1alpha1,
} from './workspace.ts';

const stack = useStack({
  kwok: false,
  emulator: false,
  controllerManager: false,
  provisioner: false,
  workspace: false,
});

const namespace = 'default';
let made = 0;

/** A manifest, whether the schema allows it or not; the types of the kinds could not say the refused ones. */
function manifest(version: string, sections: object, name = `w${(made += 1)}`): ApiObject {
  return { apiVersion: `kaito.sh/${version}`, kind: 'Workspace', metadata: { name }, ...sections };
}

const create = (version: string, object: object): Promise<unknown> =>
  stack().client.raw('POST', `/apis/kaito.sh/${version}/namespaces/${namespace}/workspaces`, object);

describe.each(['v1alpha1', 'v1beta1'] as const)('%s', version => {
  const ours = ({ only }: { readonly only?: string }) => only === undefined || only === version;
  const resource = version === 'v1beta1' ? workspaces : workspacesV1alpha1;

  test.each(accepted.filter(ours))('accepts $what', async ({ sections, name }) => {
    const object = manifest(version, sections, name && `${name.slice(0, -version.length)}${version}`);
    expect(await create(version, object)).toMatchObject(object);
  });

  test.each(refused.filter(ours))('refuses $what', async ({ sections, name, message }) => {
    const error: unknown = await create(version, manifest(version, sections, name)).catch((thrown: unknown) => thrown);
    expect(isInvalid(error)).toBe(true);
    expect(String(error)).toContain(message);
  });

  async function edited({ before, edit }: EditCase): Promise<Workspace | WorkspaceV1alpha1> {
    const object = manifest(version, before);
    await create(version, object);
    return stack().client.patch<Workspace | WorkspaceV1alpha1>(resource, { ...object.metadata, namespace }, edit);
  }

  test.each(allowedEdits.filter(ours))('$what', async edit => {
    expect((await edited(edit)).metadata.uid).toBeDefined();
  });

  test.each(refusedEdits.filter(ours))('$what', async ({ message, ...edit }) => {
    await expect(edited(edit)).rejects.toThrow(message);
  });
});

describe('defaults', () => {
  test('v1beta1 fills in the count and the access mode, and no instance type', async () => {
    const { labelSelector } = serving.resource;
    const object = manifest('v1beta1', { resource: { labelSelector }, inference: serving.inference });
    expect(await create('v1beta1', object)).toMatchObject({
      resource: { count: 1, labelSelector },
      inference: { preset: { ...serving.inference.preset, accessMode: 'public' } },
    });
    const { resource } = await stack().client.get(workspaces, { ...object.metadata, namespace });
    expect(resource).not.toHaveProperty('instanceType');
  });

  test('v1alpha1 fills in its instance type too, and v1beta1 shows it from then on', async () => {
    const { labelSelector } = serving.resource;
    const object = manifest('v1alpha1', { resource: { labelSelector }, inference: serving.inference });
    await create('v1alpha1', object);
    const { resource } = await stack().client.get(workspaces, { ...object.metadata, namespace });
    expect(resource).toEqual({ count: 1, instanceType: 'Standard_NC24ads_A100_v4', labelSelector });
  });
});

test('a pod template is stored as it was written', async () => {
  const template = { metadata: { annotations: { a: 'b' } }, spec: { unheardOf: [1, { of: true }] } };
  const object = manifest('v1beta1', { ...serving, inference: { template } });
  await create('v1beta1', object);
  expect((await stack().client.get(workspaces, { ...object.metadata, namespace })).inference?.template).toEqual(
    template,
  );
});

test('a field that no version knows is dropped', async () => {
  const object = manifest('v1beta1', { ...serving, unheardOf: true });
  expect(await create('v1beta1', object)).not.toHaveProperty('unheardOf');
});

test.each(['v1alpha1', 'v1beta1'])(
  '%s: a client that checks, as kubectl does, is told of an unknown field',
  async version => {
    const path = `/apis/kaito.sh/${version}/namespaces/${namespace}/workspaces?fieldValidation=Strict`;
    const object = manifest(version, { ...serving, resource: { ...serving.resource, instanceSize: 'large' } });
    await expect(stack().client.raw('POST', path, object)).rejects.toThrow('unknown field "resource.instanceSize"');
  },
);

describe('status', () => {
  const condition = {
    type: 'ResourceReady',
    status: 'True',
    reason: 'workspaceResourceStatusSuccess',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  const time = '2026-01-01T00:00:00Z';
  const offering = { instanceType: 'Standard_NC6s_v3', capacityType: 'on-demand', nodeCount: 1, pricePerHour: '3.06' };
  const plan = {
    ...offering,
    rung: 0,
    gpusPerNode: 1,
    model: 'microsoft/Phi-3-mini-4k-instruct',
    revision: 'abc',
    runtime: 'preset-image',
    parallelism: { tensor: 1, pipeline: 1, data: 1 },
    contextLength: 4096,
    weightsGiB: '7.12',
    kvCacheTokens: 20_000,
    reason: 'named by the user',
    candidates: [{ ...offering, verdict: 'chosen', reason: 'named by the user' }],
    warnings: ['the weights are not pinned'],
    since: time,
  } satisfies WorkspacePlan;
  const startup = {
    startedAt: time,
    estimatedReadyAt: '2026-01-01T00:10:00Z',
    phases: [
      { name: 'Planned', state: 'Done', startedAt: time, finishedAt: time, expectedSeconds: 0 },
      { name: 'Claimed', state: 'Running', startedAt: time, expectedSeconds: 284, message: 'the machine starts' },
    ],
  } satisfies WorkspaceStartup;
  const diagnosis = {
    cause: 'QuotaExceeded',
    message: 'no quota is left',
    evidence: 'Operation could not be completed',
    mover: 'user',
    nextStep: 'ask for more',
    since: time,
    retryAt: time,
  } satisfies WorkspaceDiagnosis;
  const lastChange = {
    revision: 2,
    at: time,
    fields: [{ field: 'inference.config', impact: 'podRestart' }],
    message: 'rolled out',
  } satisfies WorkspaceChange;
  const status = {
    conditions: [condition],
    state: 'Pending',
    targetNodeCount: 1,
    workerNodes: ['node-a'],
    plan,
    startup,
    diagnosis,
    revision: 2,
    lastChange,
  };

  test('is written through the subresource only, and does not count as a new generation', async () => {
    const object = manifest('v1beta1', { ...serving, status });
    expect(await create('v1beta1', object)).not.toHaveProperty('status');
    const key = { ...object.metadata, namespace };
    const written = await stack().client.patch(workspaces, key, { status, inference: null }, { subresource: 'status' });
    expect(written).toMatchObject({ status, inference: serving.inference, metadata: { generation: 1 } });
    expect((await stack().client.get(workspacesV1alpha1, key)).status).toEqual(status);
  });

  test('holds a plan, a diagnosis and a change that say all that they must', async () => {
    const object = manifest('v1beta1', serving);
    await create('v1beta1', object);
    const key = { ...object.metadata, namespace };
    const bad = {
      plan: {},
      diagnosis: { ...diagnosis, mover: 'nobody' },
      lastChange: { fields: [{ impact: 'some' }] },
    };
    const error: unknown = await stack()
      .client.patch(workspaces, key, { status: bad }, { subresource: 'status' })
      .catch((thrown: unknown) => thrown);
    for (const part of [
      'status.plan.reason: Required',
      'diagnosis.mover: Unsupported',
      'fields[0].impact: Unsupported',
    ])
      expect(String(error)).toContain(part);
  });

  test('refuses a condition that lacks what every condition has, and two of one type', async () => {
    const object = manifest('v1beta1', serving);
    await create('v1beta1', object);
    const patch = (conditions: object[]) =>
      stack().client.patch(
        workspaces,
        { ...object.metadata, namespace },
        { status: { conditions } },
        { subresource: 'status' },
      );
    await expect(patch([{ type: 'Ready', status: 'True' }])).rejects.toThrow(
      'status.conditions[0].reason: Required value',
    );
    await expect(patch([condition, condition])).rejects.toThrow('Duplicate value');
  });

  test('is shown by kubectl in the columns of the guides, the same in both versions', async () => {
    const object = manifest('v1beta1', serving);
    await create('v1beta1', object);
    const { name } = object.metadata;
    const conditions = ['ResourceReady', 'InferenceReady', 'WorkspaceReady'].map(type => ({ ...condition, type }));
    const patch = { status: { ...status, conditions, state: 'Ready' } };
    await stack().client.patch(workspaces, { name, namespace }, patch, { subresource: 'status' });
    const columns = 'NAME INSTANCE RESOURCEREADY INFERENCEREADY WORKSPACEREADY STATE AGE';
    for (const kind of ['workspace', 'wk', 'workspaces.v1alpha1.kaito.sh']) {
      const lines = await table('get', kind, name);
      expect([kind, lines[0]]).toEqual([kind, columns]);
      expect(lines[1]).toMatch(new RegExp(`^${name} Standard_NC6s_v3 True True True Ready \\d+s$`));
      expect((await table('get', kind, '-o', 'wide'))[0]).toBe(
        `${columns} JOBSTARTED WORKSPACESUCCEEDED TARGETNODECOUNT MODEL PROGRESS LOSS REASON $/H ETA`,
      );
      const wide = (await table('get', kind, name, '-o', 'wide'))[1];
      expect(wide?.endsWith(` 1 ${plan.model} ${diagnosis.cause} 3.06 ${startup.estimatedReadyAt}`)).toBe(true);
    }
  });
});

/** What kubectl prints, line by line, with single spaces. */
async function table(...args: string[]): Promise<string[]> {
  const output = await stack().kubectl('-n', namespace, ...args);
  return output
    .trim()
    .split('\n')
    .map(line => line.trim().replaceAll(/ +/g, ' '));
}

describe('kubectl', () => {
  test('speaks v1beta1 unless told otherwise', async () => {
    const object = manifest('v1alpha1', serving);
    await create('v1alpha1', object);
    const args = ['-n', namespace, 'get', 'wks', object.metadata.name, '-o', 'jsonpath={.apiVersion}'];
    expect(await stack().kubectl(...args)).toBe('kaito.sh/v1beta1');
  });

  test('explains a field in our words', async () => {
    const text = await stack().kubectl('explain', 'workspace.resource.instanceType');
    expect(text).toContain('The VM size of the nodes, such as Standard_NC6s_v3.');
  });

  const examples = fileURLToPath(new URL('../../../../examples/', import.meta.url));
  const manifests = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.yaml'));

  test.each(manifests)('accepts examples/%s', async file => {
    expect(await stack().kubectl('apply', '--dry-run=server', '-f', `${examples}${file}`)).toContain('created');
  });

  test('the examples are there', () => {
    expect(manifests.length).toBeGreaterThanOrEqual(5);
  });
});
