import { jest } from '@jest/globals';
import { labels, machines, workspaces } from '@kaito/crds';
import {
  canonicalJson,
  configMaps,
  controllerRevisions,
  deployments,
  ignoreNotFound,
  nodes,
  pods,
  secrets,
  services,
  statefulSets,
  type ConfigMap,
  type KubeObject,
} from '@kaito/kube';
import { eventually, useStack } from '@kaito/testing';
import { ownerReference } from './render/ownership.ts';
import { configHashAnnotation } from './render/pod.ts';
import { key, patient, ServedWorkspaces, serving, type Served } from './served-workspaces.test-data.ts';

jest.setTimeout(90_000);

// Without a lease, which is written again and again.
const getStack = useStack({
  env: { workspace: { LEADER_ELECT: 'false' } },
  settings: { poolCap: 1000, quotas: {} },
});
const ws = new ServedWorkspaces(getStack);
const namespace = 'default';
const template = (image: string) => ({
  spec: { containers: [{ name: 'server', image, resources: { limits: { 'nvidia.com/gpu': '1' } } }] },
});
const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key('settings') };
const withSeqs = (count: number): ConfigMap => ({
  ...settings,
  data: { 'inference_config.yaml': `vllm:\n  max-num-seqs: ${count}\n` },
});
const adapter = (image: string) => ({ source: { name: 'summaries', image } });
let first: Served;

function annotated(values: Readonly<Record<string, string | null>>): object {
  return { metadata: { annotations: values } };
}

function configHash({ pods: [pod] }: Served): string | undefined {
  return pod?.metadata.annotations?.[configHashAnnotation];
}

/** Somebody's own, under the name that the list of adapters of a workspace has. */
const foreignList = { metadata: key('busy-adapters'), data: { mine: 'yes' } };

beforeAll(async () => {
  const { client } = getStack();
  // Long before it matters, so that the controller has heard of it.
  await client.create(configMaps, foreignList);
  const custom = serving('custom', { inference: { preset: undefined, template: template('example.com/server:1') } });
  for (const workspace of [serving('edited'), serving('busy'), custom]) await client.create(workspaces, workspace);
});

describe('an edit of what is served', () => {
  it('is no edit as long as nothing was changed', async () => {
    first = await ws.served('edited');
    expect(first.workspace.status).toMatchObject({ revision: 1, workerNodes: [first.pods[0]?.spec?.nodeName] });
    expect(first.workspace.status?.lastChange).toBeUndefined();
  });

  it('takes the first adapter and gives up the last by new pods on the same node, and changes them without', async () => {
    const { client } = getStack();
    const changes = [
      { adapters: [adapter('example.com/a:1')], field: 'inference.adapters', impact: 'podRestart' },
      { adapters: [adapter('example.com/a:2')], field: 'inference.adapters[0].source.image', impact: 'inPlace' },
      { adapters: [], field: 'inference.adapters[0]', impact: 'podRestart' },
    ];
    let before = first;
    for (const [index, { adapters, field, impact }] of changes.entries()) {
      const after = await ws.edit('edited', { inference: { adapters } });
      const containers = after.pods[0]?.spec?.initContainers ?? [];
      expect(containers.map(({ name }) => name)).toEqual(adapters.map(() => 'adapters'));
      expect(canonicalJson(after.uids) === canonicalJson(before.uids)).toBe(impact === 'inPlace');
      expect(after.pods.map(({ spec }) => spec?.nodeName)).toEqual(first.pods.map(({ spec }) => spec?.nodeName));
      expect(after.workspace.status?.lastChange).toMatchObject({ revision: index + 2, fields: [{ field, impact }] });
      const list = await ignoreNotFound(client.get(configMaps, key('edited-adapters')));
      const lines = adapters.map(({ source }) => `${source.name}\t${source.image}\n`).join('');
      // Whoever has none has no use for the list, which stays as it was.
      expect(list?.data?.['adapters']).toBe(lines || 'summaries\texample.com/a:2\n');
      const told = adapters.map(({ source: { name, image } }) => ({ name, image, state: 'Pending' }));
      expect(after.workspace.status?.adapters ?? []).toEqual(told);
      before = after;
    }
    expect(before.digest).toBe(first.digest);
    await ws.untilEvent('edited', 'Changed', /^Revision 3: inference\.adapters\[0\]\.source\.image \(inPlace\)$/);
  });

  it('leaves the ConfigMap of somebody else alone that has the name of the list, and says so', async () => {
    const { client } = getStack();
    await client.patch(workspaces, key('busy'), { inference: { adapters: [adapter('example.com/a:1')] } });
    await ws.untilSaid('busy', {
      diagnosis: { cause: 'NameTaken', message: expect.stringContaining('busy-adapters') },
    });
    expect((await client.get(configMaps, key('busy-adapters'))).data).toEqual({ mine: 'yes' });
    await client.patch(workspaces, key('busy'), { inference: { adapters: null } });
    await eventually(async () => {
      expect((await client.get(workspaces, key('busy'))).status).not.toHaveProperty('diagnosis');
    });
    await client.delete(configMaps, key('busy-adapters'));
    expect((await ws.served('busy')).workspace.status?.revision).toBe(1);
  });

  it('takes up a ConfigMap, and its content when that changes', async () => {
    const { client } = getStack();
    await client.create(configMaps, withSeqs(8));
    const named = await ws.edit('edited', { inference: { config: 'settings' } });
    expect(named.workspace.status?.lastChange?.fields).toContainEqual({
      field: 'inference.config',
      impact: 'podRestart',
    });
    await client.patch(configMaps, key('settings'), { data: withSeqs(16).data });
    const changed = await ws.servedAt('edited', 6);
    expect(configHash(changed)).not.toBe(configHash(named));
    expect(changed.uids).not.toEqual(named.uids);
    expect(changed.workspace.status?.lastChange?.fields).toEqual([{ field: 'config.data', impact: 'podRestart' }]);
  });

  it('keeps the pods that run when the ConfigMap is gone, says so, and goes on when it is back', async () => {
    const { client } = getStack();
    const before = await ws.served('edited');
    await client.delete(configMaps, key('settings'));
    const { revision } = before.workspace.status ?? {};
    await ws.untilSaid('edited', { state: 'Ready', revision, diagnosis: { cause: 'ConfigMapMissing' } });
    expect((await ws.now('edited', before.workspace)).uids).toEqual(before.uids);
    await client.create(configMaps, withSeqs(16));
    await eventually(async () => {
      const { status } = await client.get(workspaces, key('edited'));
      expect(status).not.toHaveProperty('diagnosis');
    });
    expect((await ws.servedAt('edited', revision ?? 0)).uids).toEqual(before.uids);
  });

  it('changes the type of its Service without touching a pod', async () => {
    const { client } = getStack();
    const before = await ws.served('edited');
    const after = await ws.edit('edited', annotated({ 'kaito.sh/enablelb': 'True' }));
    expect((await client.get(services, key('edited'))).spec?.type).toBe('LoadBalancer');
    expect(after.uids).toEqual(before.uids);
    expect(after.workspace.status?.lastChange?.fields).toEqual([
      { field: expect.stringContaining('enablelb'), impact: 'inPlace' },
    ]);
    await ws.edit('edited', annotated({ 'kaito.sh/enablelb': null }));
    expect((await client.get(services, key('edited'))).spec?.type).toBe('ClusterIP');
  });

  it('moves to another runtime by new pods', async () => {
    const before = await ws.served('edited');
    expect(before.workspace.status?.plan?.runtime).toBe('vllm');
    // The other server reads no such settings.
    const runtime = annotated({ 'kaito.sh/runtime': 'transformers' });
    const after = await ws.edit('edited', { ...runtime, inference: { config: null } });
    expect(after.workspace.status?.plan?.runtime).toBe('transformers');
    expect(after.uids).not.toEqual(before.uids);
    expect(await ws.claimsOf('edited')).toHaveLength(1);
  });

  it('waits for a Secret that does not exist, and takes it when it does', async () => {
    const { client } = getStack();
    const before = await ws.served('edited');
    const modelAccessSecret = 'token';
    await client.patch(workspaces, key('edited'), { inference: { preset: { presetOptions: { modelAccessSecret } } } });
    await ws.untilSaid('edited', {
      state: 'Ready',
      lastChange: { message: expect.stringMatching(/held back: Secret "token" is not in namespace/) },
    });
    expect((await ws.now('edited', before.workspace)).uids).toEqual(before.uids);
    await client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'token', namespace },
      stringData: { HF_TOKEN: 'hf_example' },
    });
    await eventually(
      async () => {
        const [container] = (await ws.now('edited', before.workspace)).pods[0]?.spec?.containers ?? [];
        expect(container?.env?.map(({ name }) => name)).toContain('HF_TOKEN');
      },
      { ...patient, describe: 'the pod has the token' },
    );
    await ws.served('edited');
  });

  it.each([
    [{ inference: { preset: { name: 'phi-4-mini-instruct' } } }, /preset/],
    [{ resource: { labelSelector: { matchLabels: { apps: 'other' } } } }, /labelSelector/],
  ])('is refused where nothing could come of it: %j', async (change, message) => {
    const { client } = getStack();
    const before = await client.get(workspaces, key('edited'));
    await expect(client.patch(workspaces, key('edited'), change)).rejects.toThrow(message);
    expect((await client.get(workspaces, key('edited'))).metadata.generation).toBe(before.metadata.generation);
  });

  it('goes back to the first manifest: a new number for the old revision, and the old pods', async () => {
    const { client } = getStack();
    const { status } = await client.get(workspaces, key('edited'));
    const ofEdited = async () => {
      const { items } = await client.list(controllerRevisions, { namespace });
      return items.filter(({ metadata }) => metadata.labels?.[labels.revisionOf] === 'edited');
    };
    const [oldest] = (await ofEdited()).toSorted((a, b) => a.revision - b.revision);
    const after = await ws.edit('edited', {
      metadata: { annotations: { 'kaito.sh/runtime': null } },
      inference: { config: null, adapters: null, preset: { presetOptions: null } },
    });
    expect(after.workspace.status?.revision).toBeGreaterThan(status?.revision ?? 0);
    expect(after.digest).toBe(first.digest);
    const newest = (await ofEdited()).find(({ revision }) => revision === after.workspace.status?.revision);
    expect(newest?.metadata.uid).toBe(oldest?.metadata.uid);
  });

  it('keeps eleven revisions, however many edits there were', async () => {
    const { client } = getStack();
    for (let turn = 1; turn <= 4; turn++) await ws.edit('edited', { resource: { deadline: `${turn + 10}m` } });
    const { items } = await client.list(controllerRevisions, { namespace });
    const own = items.filter(({ metadata }) => metadata.labels?.[labels.revisionOf] === 'edited');
    expect(own).toHaveLength(11);
    const { status } = await client.get(workspaces, key('edited'));
    expect(Math.max(...own.map(({ revision }) => revision))).toBe(status?.revision);
  });
});

describe('an edit of a template', () => {
  it('makes the pod anew on its node', async () => {
    const before = await ws.served('custom');
    const after = await ws.edit('custom', { inference: { template: template('example.com/server:2') } });
    expect(after.pods.map(({ spec }) => spec?.containers[0]?.image)).toEqual(['example.com/server:2']);
    expect(after.pods[0]?.spec?.nodeName).toBe(before.pods[0]?.spec?.nodeName);
    expect(after.uids).not.toEqual(before.uids);
    expect(after.workspace.status?.lastChange?.fields).toEqual([
      { field: expect.stringMatching(/^inference\.template\b.*image$/), impact: 'podRestart' },
    ]);
  });
});

describe('a template whose pods never answer', () => {
  it('is put right by the next edit', async () => {
    const { client } = getStack();
    const [pod] = (await ws.served('custom')).pods;
    const conditions = (pod?.status?.conditions ?? []).map(condition =>
      condition.type === 'Ready' ? { ...condition, status: 'False' } : condition,
    );
    const name = pod?.metadata.name ?? '';
    await client.patch(pods, key(name), { status: { conditions } }, { subresource: 'status' });
    await ws.untilSaid('custom', { state: 'NotReady' });
    const after = await ws.edit('custom', { inference: { template: template('example.com/server:3') } });
    expect(after.pods.map(({ spec }) => spec?.containers[0]?.image)).toEqual(['example.com/server:3']);
  });
});

describe('what somebody else changes', () => {
  it('is put back', async () => {
    const { client, dump } = getStack();
    const before = await ws.served('custom');
    const other = template('example.com/other:1');
    await client.patch(statefulSets, key('custom'), { spec: { replicas: 0, template: other } });
    await client.patch(services, key('custom'), { spec: { selector: { 'kaito.sh/workspace': 'other' } } });
    await eventually(
      async () => {
        const { statefulSet } = await ws.now('custom', before.workspace);
        const { spec } = await client.get(services, key('custom'));
        expect(statefulSet.spec).toMatchObject({ replicas: 1, template: before.statefulSet.spec?.template });
        expect(spec?.selector).toEqual({ 'kaito.sh/workspace': 'custom' });
      },
      { dump },
    );
    await ws.served('custom');
  });
});

describe('a rollout', () => {
  it('waits while the node is cordoned, says so, and goes on when it is not', async () => {
    const { client } = getStack();
    const before = await ws.served('busy');
    const name = before.pods[0]?.spec?.nodeName ?? '';
    await client.patch(nodes, { name }, { spec: { unschedulable: true } });
    await client.patch(workspaces, key('busy'), { inference: { adapters: [adapter('example.com/a:1')] } });
    await ws.untilSaid('busy', {
      state: 'Ready',
      lastChange: { revision: 2, message: expect.stringMatching(`held back: .*${name} is cordoned`) },
      diagnosis: { cause: 'RolloutHeld' },
    });
    expect((await ws.now('busy', before.workspace)).uids).toEqual(before.uids);
    await client.patch(nodes, { name }, { spec: { unschedulable: null } });
    await eventually(async () => {
      expect((await ws.now('busy', before.workspace)).uids).not.toEqual(before.uids);
    });
    expect((await ws.served('busy')).workspace.status?.diagnosis).toBeUndefined();
  });

  it('replaces a Deployment that an earlier version left', async () => {
    const { client, workspace: controller, dump } = getStack();
    const { workspace, statefulSet } = await ws.served('busy');
    await controller.stop();
    await client.delete(statefulSets, key('busy'), { propagationPolicy: 'Foreground' });
    const matchLabels = { [labels.workspace]: 'busy' };
    await client.create(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'busy', namespace, ownerReferences: [ownerReference(workspace)] },
      spec: { replicas: 1, selector: { matchLabels }, template: statefulSet.spec?.template ?? {} },
    });
    await controller.start();
    await ws.untilEvent('busy', 'WorkloadMigration', /Deployment busy .* StatefulSet/);
    await eventually(
      async () => {
        expect((await client.list(deployments, { namespace })).items).toEqual([]);
        const after = await client.get(statefulSets, key('busy'));
        expect(after.metadata.uid).not.toBe(statefulSet.metadata.uid);
        expect(after.status?.readyReplicas).toBe(1);
      },
      { ...patient, describe: 'the StatefulSet serves', dump },
    );
    await ws.served('busy');
  });
});

describe('when all is calm', () => {
  const kinds = [workspaces, statefulSets, services, controllerRevisions, machines, pods];

  async function versions(): Promise<readonly string[]> {
    const lists = await Promise.all(kinds.map(kind => getStack().client.list<KubeObject>(kind)));
    return lists.flatMap(({ items }) =>
      items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`),
    );
  }

  it('a controller that starts anew writes nothing', async () => {
    const { client, workspace: controller } = getStack();
    const { items } = await client.list(workspaces);
    for (const { metadata } of items) await ws.served(metadata.name);
    await controller.stop();
    const before = await versions();
    await controller.start();
    await controller.ready();
    const metrics = await eventually(async () => {
      const text = await (await fetch(controller.metricsUrl)).text();
      const passes = [...text.matchAll(/^controller_runtime_reconcile_total\{.*\} (\d+)$/gm)];
      expect(passes.reduce((sum, [, count]) => sum + Number(count), 0)).toBeGreaterThanOrEqual(items.length);
      expect(text).toMatch(/^workqueue_depth\{.*\} 0$/m);
      expect(text).toMatch(/^controller_runtime_active_workers\{.*\} 0$/m);
      expect(text).toMatch(/^rest_client_requests_total\{.*method="GET"/m);
      return text;
    });
    const writes = [...metrics.matchAll(/^rest_client_requests_total\{.*method="(?!GET)(\w+)".*$/gm)];
    expect(writes.map(([line]) => line)).toEqual([]);
    expect(await versions()).toEqual(before);
  });
});
