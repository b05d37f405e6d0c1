import { isNotFound, nodes } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import { eventually, useStack } from '@kaito/testing';
import { startEmulator } from '../index.ts';
import type { Emulator, Timings } from '../index.ts';
import { ArmCaller } from '../testing/arm.ts';

const stack = useStack({ emulator: false, provisioner: false, workspace: false, controllerManager: false, kwok: true });
const timings: Timings = { nodeRegisterMs: 0, operationMs: 50, gpuAppearMs: 0, deleteMs: 50, nodeRemoveMs: 0 };

let emulator: Emulator;
let arm: ArmCaller;

beforeAll(async () => {
  emulator = await startEmulator({ kubeconfig: stack().kubeconfig, settings: { timings, poolCap: 1000 } });
  arm = new ArmCaller(emulator);
  await arm.signIn();
});
afterEach(async () => {
  await emulator.client.clearFaults();
  await emulator.client.configure({ timings, nodes: 'join' });
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

  it('come a hundred at a time within seconds', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `b${index}`);
    const start = performance.now();
    await Promise.all(names.map(name => create(name)));
    await eventually(async () =>
      expect((await emulator.client.state()).nodes.filter(node => /^aks-b\d/.test(node))).toHaveLength(100),
    );
    const tookMs = performance.now() - start;
    await Promise.all(names.map(name => arm.send('DELETE', arm.path(name))));
    await eventually(async () => {
      const { items } = await stack().client.list(nodes);
      expect(items.filter(({ metadata }) => /^aks-b\d/.test(metadata.name))).toEqual([]);
    });
    // Far above what it takes (under a second), so that a busy machine does not fail it.
    expect(tookMs).toBeLessThan(10_000);
  });
});
