import { isNotFound, nodes } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import { eventually, useStack } from '@kaito/testing';
import { startEmulator } from '../index.ts';
import type { Emulator, Timings } from '../index.ts';
import { ArmCaller } from '../testing/arm.ts';

const stack = useStack({ emulator: false, provisioner: false, workspace: false, controllerManager: false, kwok: true });
const timings: Timings = {
  nodeRegisterMs: 0,
  operationMs: 50,
  gpuAppearMs: 0,
  deleteMs: 50,
  nodeRemoveMs: 0,
  powerMs: 50,
};

let emulator: Emulator;
let arm: ArmCaller;

beforeAll(async () => {
  emulator = await startEmulator({ kubeconfig: stack().kubeconfig, settings: { timings, poolCap: 1000 } });
  arm = new ArmCaller(emulator);
  await arm.signIn();
});
afterEach(async () => {
  await emulator.client.clearFaults();
  await emulator.client.configure({ timings, nodes: 'join', nodeRules: [], stopRemovesNodes: false });
});
afterAll(async () => {
  await emulator.stop();
});

async function create(pool: string, properties: object = {}): Promise<void> {
  const body = {
    properties: { vmSize: 'Standard_NC6s_v3', count: 1, nodeLabels: { 'kaito.sh/workspace': 'w1' }, ...properties },
  };
  expect((await arm.send('PUT', arm.path(pool), { body })).status).toBe(201);
}

async function nodesOf(pool: string): Promise<readonly Node[]> {
  return (await stack().client.list(nodes, { labelSelector: `agentpool=${pool}` })).items;
}

function isReady({ status }: Node): boolean {
  return (status?.conditions ?? []).some(condition => condition.type === 'Ready' && condition.status === 'True');
}

async function readyNode(pool: string): Promise<Node> {
  return eventually(async () => {
    const [node, ...others] = await nodesOf(pool);
    expect(others).toEqual([]);
    if (!node || !isReady(node)) throw new Error(`the Node of pool ${pool} is not Ready`);
    return node;
  });
}

async function statuses(pool: string): Promise<Readonly<Record<string, string>>> {
  const [node] = await nodesOf(pool);
  return Object.fromEntries((node?.status?.conditions ?? []).map(({ type, status }) => [type, status]));
}

/** Waits until no operation is in progress, in which nothing can be stopped. */
async function settled(): Promise<void> {
  await eventually(async () => {
    const { pools, power } = await emulator.client.state();
    const states = [power, ...pools].map(({ provisioningState }) => provisioningState);
    expect(states.filter(state => state !== 'Succeeded' && state !== 'Failed')).toEqual([]);
  });
}

/** Writes Ready as kwok does: without looking at what is there. */
async function patchReady(name: string, status: 'True' | 'False'): Promise<void> {
  const node = await stack().client.get(nodes, { name });
  const conditions = (node.status?.conditions ?? []).map(condition =>
    condition.type === 'Ready' ? { ...condition, status } : condition,
  );
  await stack().client.patch(nodes, { name }, { status: { conditions } }, { subresource: 'status' });
}

describe('the Nodes of agent pools', () => {
  it('join with the names, labels, taints and GPUs of AKS, become Ready by kwok, and go with their pool', async () => {
    await create('ws1', { nodeTaints: ['sku=gpu:NoSchedule'] });
    const node = await readyNode('ws1');
    expect(node.metadata.name).toMatch(/^aks-ws1-\d{8}-vmss000000$/);
    expect(node.metadata.labels).toMatchObject({
      'kaito.sh/workspace': 'w1',
      'kubernetes.azure.com/agentpool': 'ws1',
      'node.kubernetes.io/instance-type': 'Standard_NC6s_v3',
    });
    expect(node.spec?.providerID).toContain('/virtualMachineScaleSets/aks-ws1-');
    expect(node.spec?.taints).toContainEqual({ key: 'sku', value: 'gpu', effect: 'NoSchedule' });
    expect(node.status?.allocatable).toMatchObject({ 'nvidia.com/gpu': '1', cpu: '5860m' });
    expect((await emulator.client.state()).nodes).toEqual([node.metadata.name]);

    expect((await arm.send('DELETE', arm.path('ws1'))).status).toBe(202);
    await eventually(async () => expect(await nodesOf('ws1')).toEqual([]));
    expect((await emulator.client.state()).nodes).toEqual([]);
  });

  it('show their GPUs late when told so', async () => {
    await emulator.client.configure({ timings: { gpuAppearMs: 300 } });
    await create('late');
    const node = await readyNode('late');
    expect(node.status?.allocatable).not.toHaveProperty(['nvidia.com/gpu']);
    await eventually(async () => {
      const [now] = await nodesOf('late');
      expect(now?.status?.capacity).toMatchObject({ 'nvidia.com/gpu': '1', cpu: '6' });
      expect(now?.status?.allocatable).toMatchObject({ 'nvidia.com/gpu': '1' });
    });
  });

  it('never come when told so, nor for an operation that fails', async () => {
    await emulator.client.addFault({
      match: { pool: 'fails' },
      action: { type: 'failOperation', code: 'AllocationFailed', message: 'none' },
    });
    await create('fails');
    await emulator.client.configure({ nodes: 'never' });
    await create('never');
    await emulator.client.configure({ nodes: 'join' });
    // A pool that was asked for later has its Node, so those two had their time.
    await create('comes');
    await readyNode('comes');
    expect([await nodesOf('fails'), await nodesOf('never')]).toEqual([[], []]);
  });

  it('keep the finalizers of others: the Node is being deleted until they are gone', async () => {
    await create('held');
    const { metadata } = await readyNode('held');
    const key = { name: metadata.name };
    await stack().client.patch(nodes, key, { metadata: { finalizers: ['karpenter.sh/termination'] } });
    await arm.send('DELETE', arm.path('held'));
    await eventually(async () =>
      expect((await stack().client.get(nodes, key)).metadata.deletionTimestamp).toBeDefined(),
    );
    await stack().client.patch(nodes, key, { metadata: { finalizers: null } });
    await eventually(async () => {
      const gone: unknown = await stack()
        .client.get(nodes, key)
        .catch((error: unknown) => error);
      expect(isNotFound(gone)).toBe(true);
    });
  });

  it('of a pool that is made anew wait for the old Node to be gone', async () => {
    await create('again');
    const old = await readyNode('again');
    await emulator.client.configure({ timings: { nodeRemoveMs: 400 } });
    await arm.send('DELETE', arm.path('again'));
    await eventually(async () => expect((await arm.send('GET', arm.path('again'))).status).toBe(404));
    await create('again');
    await eventually(async () => expect((await readyNode('again')).metadata.uid).not.toBe(old.metadata.uid));
  });

  it('stand in the zone that is open', async () => {
    await emulator.client.addAllocationRule({ zone: '1', code: 'ZonalAllocationFailed' });
    await create('zonal', { availabilityZones: ['1', '3'] });
    await emulator.client.clearAllocationRules();
    expect((await readyNode('zonal')).metadata.labels).toMatchObject({
      'topology.kubernetes.io/zone': 'eastus-3',
      'topology.disk.csi.azure.com/zone': 'eastus-3',
    });
  });

  it('of a pool that somebody else made are there, with its labels', async () => {
    await emulator.client.seedPool('theirs', {
      vmSize: 'Standard_NC6s_v3',
      labels: { 'kaito.sh/workspace': 'w', 'kaito.sh/machine-type': 'gpu', 'karpenter.sh/nodepool': 'kaito' },
      zones: ['2'],
      createdAt: Date.now() - 3_600_000,
    });
    expect((await readyNode('theirs')).metadata.labels).toMatchObject({
      'kaito.sh/machine-type': 'gpu',
      'topology.kubernetes.io/zone': 'eastus-2',
    });
  });

  it('of evicted spot machines hear of it, fall silent and go, and the pool stays', async () => {
    await create('spot', { scaleSetPriority: 'Spot' });
    const { metadata, spec } = await readyNode('spot');
    expect(spec?.taints).toContainEqual({
      key: 'kubernetes.azure.com/scalesetpriority',
      value: 'spot',
      effect: 'NoSchedule',
    });
    await emulator.client.configure({ timings: { nodeRemoveMs: 60_000 } });
    await emulator.client.evict('spot', { noticeMs: 400 });
    await eventually(async () =>
      expect(await statuses('spot')).toMatchObject({ VMEventScheduled: 'True', Ready: 'True' }),
    );
    await eventually(async () => expect(await statuses('spot')).toMatchObject({ Ready: 'Unknown' }));
    expect((await arm.send('GET', arm.path('spot'))).body.properties).toMatchObject({
      provisioningState: 'Succeeded',
      count: 1,
    });
    await emulator.client.configure({ timings });
    await create('spot2', { scaleSetPriority: 'Spot' });
    const key = { name: (await readyNode('spot2')).metadata.name };
    await emulator.client.evict('spot2');
    await eventually(async () =>
      expect(
        isNotFound(
          await stack()
            .client.get(nodes, key)
            .catch((error: unknown) => error),
        ),
      ).toBe(true),
    );
    // The first one waits out its minute with the emulator.
    await stack().client.delete(nodes, { name: metadata.name });
  });

  it('stay NotReady while the cluster is stopped, and are Ready again, the same, when it has started', async () => {
    await create('power');
    const before = await readyNode('power');
    await settled();
    await emulator.client.stopCluster();
    await eventually(async () => expect(await statuses('power')).toMatchObject({ Ready: 'Unknown' }));
    await eventually(() => emulator.client.startCluster());
    const after = await readyNode('power');
    expect([after.metadata.uid, after.spec?.providerID]).toEqual([before.metadata.uid, before.spec?.providerID]);

    await settled();
    await emulator.client.configure({ stopRemovesNodes: true });
    await emulator.client.stopCluster();
    await eventually(async () => expect(await nodesOf('power')).toEqual([]));
    await eventually(() => emulator.client.startCluster());
    const again = await readyNode('power');
    expect([again.metadata.name, again.spec?.providerID]).toEqual([before.metadata.name, before.spec?.providerID]);
    expect(again.metadata.uid).not.toBe(before.metadata.uid);
    await settled();
  });

  it('misbehave by rule: never Ready, without GPUs', async () => {
    await emulator.client.configure({
      nodeRules: [
        { pool: 'dead*', ready: 'never' },
        { pool: 'blind', gpu: 'never' },
      ],
    });
    await create('dead1');
    await create('blind');
    const blind = await readyNode('blind');
    expect(blind.status?.capacity).not.toHaveProperty(['nvidia.com/gpu']);
    await eventually(async () => expect(await statuses('dead1')).toEqual({ Ready: 'False' }));
  });

  it('show the conditions that they are told to show, and kwok does not heal them', async () => {
    await create('sick');
    const { metadata } = await readyNode('sick');
    const { client } = emulator;
    await client.setNodeConditions(metadata.name, [
      { type: 'GPUMissing', status: 'True', reason: 'GPUMissing', message: 'expected 1 GPU, found 0' },
    ]);
    expect(await statuses('sick')).toMatchObject({ Ready: 'True', GPUMissing: 'True' });
    const since = '2026-01-01T00:00:00.000Z';
    await client.setNodeConditions(metadata.name, [{ type: 'Ready', status: 'False', lastTransitionTime: since }]);
    // What kwok had set out to do before it lost the Node comes late.
    await patchReady(metadata.name, 'True');
    await eventually(async () => expect(await statuses('sick')).toMatchObject({ Ready: 'False' }));
    const [held] = await nodesOf('sick');
    const ready = held?.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(new Date(ready?.lastTransitionTime ?? 0).toISOString()).toBe(since);
    await client.setNodeConditions(metadata.name, [{ type: 'Ready', status: 'True' }]);
    await patchReady(metadata.name, 'False');
    await readyNode('sick');
    await expect(client.setNodeConditions('aks-none', [])).rejects.toThrow("no Node 'aks-none'");
  });

  it('come a hundred at a time within seconds', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `b${index}`);
    const start = performance.now();
    await Promise.all(names.map(name => create(name)));
    await eventually(
      async () => expect((await emulator.client.state()).nodes.filter(node => /^aks-b\d/.test(node))).toHaveLength(100),
      { timeoutMs: 60_000 },
    );
    const tookMs = performance.now() - start;
    await Promise.all(names.map(name => arm.send('DELETE', arm.path(name))));
    await eventually(async () => {
      const { items } = await stack().client.list(nodes);
      expect(items.map(({ metadata }) => metadata.name).filter(name => /^aks-b\d/.test(name))).toEqual([]);
    });
    // Far above what it takes (under a second), so that a busy machine does not fail it.
    expect(tookMs).toBeLessThan(30_000);
  });
});
