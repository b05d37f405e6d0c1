import { jest } from '@jest/globals';
import { labels, machines, nodeClaims } from '@kaito/crds';
import { ignoreNotFound, nodes, podDisruptionBudgets, pods, volumeAttachments } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import { aGpuNode, aMachine, aNodeClaim, aPod, eventually, expectArmRequests, useStack } from '@kaito/testing';

jest.setTimeout(90_000);

// A killed leader's Lease keeps its successor waiting for 15 s; what is tested here comes after that.
const stack = useStack({ workspace: false, env: { provisioner: { LEADER_ELECT: 'false' } } });

const finalizers = ['karpenter.sh/termination'];

afterEach(async () => {
  await stack().kubectl('delete', 'pods,pdb', '--all', '--force', '--grace-period=0');
});

async function nodeOf(pool: string): Promise<Node | undefined> {
  return (await stack().client.list(nodes, { labelSelector: `${labels.agentPool}=${pool}` })).items[0];
}

async function readyNodeClaim(name: string): Promise<Node> {
  await stack().client.create(nodeClaims, aNodeClaim({ metadata: { name } }));
  return await eventually(async () => {
    const { status } = await stack().client.get(nodeClaims, { name });
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    const node = await nodeOf(name);
    if (!node) throw new Error('no node');
    return node;
  });
}

async function claimIsGone(name: string): Promise<void> {
  const find = () => ignoreNotFound(stack().client.get(nodeClaims, { name }));
  await eventually(async () => expect(await find()).toBeUndefined(), { describe: `NodeClaim ${name} is gone` });
}

async function condition(name: string, type: string) {
  const { status } = await stack().client.get(nodeClaims, { name });
  return status?.conditions?.find(found => found.type === type);
}

const podOn = (node: string, name: string, annotations = {}) =>
  aPod({
    metadata: { name, labels: { app: name }, annotations },
    spec: { nodeName: node, terminationGracePeriodSeconds: 1 },
  });

test('a volume that is attached holds the machine until Kubernetes has detached it', async () => {
  const { client, emulator } = stack();
  const { name } = (await readyNodeClaim('attached')).metadata;
  await client.create(volumeAttachments, {
    metadata: { name: 'an-attachment' },
    spec: { attacher: 'disk.csi.azure.com', nodeName: name, source: { persistentVolumeName: 'a-disk' } },
  });
  await emulator.resetRequests();
  await client.delete(nodeClaims, { name: 'attached' });
  await eventually(async () => {
    expect(await condition('attached', 'Drained')).toMatchObject({ status: 'True' });
    expect(await condition('attached', 'VolumesDetached')).toMatchObject({
      status: 'Unknown',
      reason: 'AwaitingVolumeDetachment',
      message: expect.stringContaining('a-disk'),
    });
  });
  await expectArmRequests(emulator, { 'DELETE agentPools': 0 });
  await client.delete(volumeAttachments, { name: 'an-attachment' });
  await claimIsGone('attached');
  expect(await nodeOf('attached')).toBeUndefined();
});

test('a pod that two budgets select is named, and goes when they are gone', async () => {
  const { client, kubectl } = stack();
  const { name } = (await readyNodeClaim('budgets')).metadata;
  for (const budget of ['one', 'two']) {
    await client.create(podDisruptionBudgets, {
      metadata: { name: budget, namespace: 'default' },
      spec: { minAvailable: 0, selector: { matchLabels: { app: 'twice' } } },
    });
  }
  await client.create(pods, podOn(name, 'twice'));
  await eventually(async () => {
    const { status } = await client.get(pods, { name: 'twice', namespace: 'default' });
    expect(status?.phase).toBe('Running');
  });
  await client.delete(nodeClaims, { name: 'budgets' });
  await eventually(async () => {
    const messages = await kubectl('get', 'events', '-o', 'jsonpath={.items[*].message}');
    expect(messages).toMatch(/default\/twice \(several PodDisruptionBudgets/);
  });
  expect(await condition('budgets', 'Drained')).toMatchObject({ status: 'Unknown', reason: 'Draining' });
  await kubectl('delete', 'pdb', '--all');
  await claimIsGone('budgets');
  expect(await nodeOf('budgets')).toBeUndefined();
});

test('a node whose machine and pool are gone is let go with its claim, whatever stands on it', async () => {
  const { client, emulator, provisioner } = stack();
  await provisioner.kill();
  const { uid = '' } = (await client.create(nodeClaims, aNodeClaim({ metadata: { name: 'vanished', finalizers } })))
    .metadata;
  const ownerReferences = [
    { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim', name: 'vanished', uid, blockOwnerDeletion: true },
  ];
  const own = {
    'kaito.sh/kaitonodeclass': 'default',
    'karpenter.sh/registered': 'true',
    'karpenter.sh/initialized': 'true',
  };
  const metadata = { annotations: undefined, finalizers, ownerReferences, labels: own };
  const node = await client.create(nodes, aGpuNode('vanished', { metadata }));
  const { name } = node.metadata;
  const status = { providerID: node.spec?.providerID, nodeName: name };
  await client.patch(nodeClaims, { name: 'vanished' }, { status }, { subresource: 'status' });
  await client.create(pods, podOn(name, 'stubborn', { 'karpenter.sh/do-not-disrupt': 'true' }));
  await emulator.resetRequests();
  await provisioner.start();
  await client.delete(nodes, { name });
  await claimIsGone('vanished');
  expect(await nodeOf('vanished')).toBeUndefined();
  await expectArmRequests(emulator, { 'PUT agentPools': 0, 'DELETE agentPools': 0 });
});

test('a node that was torn away, finalizer and all, is missed on its claim, which still takes its pool along', async () => {
  const { client, emulator, provisioner } = stack();
  const { name } = (await readyNodeClaim('torn')).metadata;
  await provisioner.kill(); // it would put its finalizer back
  await client.patch(nodes, { name }, { metadata: { finalizers: null } });
  await client.delete(nodes, { name });
  await emulator.resetRequests();
  await provisioner.start();
  await eventually(async () => {
    expect(await condition('torn', 'Ready')).toMatchObject({ status: 'Unknown' });
    expect(await condition('torn', 'Launched')).toMatchObject({ message: expect.stringContaining('not joined') });
  });
  await expectArmRequests(emulator, { 'PUT agentPools': 0, 'DELETE agentPools': 0 });
  await client.delete(nodeClaims, { name: 'torn' });
  await claimIsGone('torn');
  expect((await emulator.state()).pools.map(pool => pool.name)).not.toContain('torn');
});

test('a Machine that lost all its labels is still taken down when it is deleted', async () => {
  const { client, emulator } = stack();
  await client.create(machines, aMachine({ metadata: { name: 'bare' } }));
  const { metadata } = await eventually(async () => {
    const machine = await client.get(machines, { name: 'bare' });
    expect(machine.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    return machine;
  });
  const none = Object.fromEntries(Object.keys(metadata.labels ?? {}).map(key => [key, null]));
  await client.patch(machines, { name: 'bare' }, { metadata: { labels: none } });
  await client.delete(machines, { name: 'bare' });
  const find = () => ignoreNotFound(client.get(machines, { name: 'bare' }));
  await eventually(async () => expect(await find()).toBeUndefined(), { describe: 'the Machine is gone' });
  expect(await nodeOf('bare')).toBeUndefined();
  expect((await emulator.state()).pools.map(pool => pool.name)).not.toContain('bare');
});

test('a node that is deleted before it is taken in takes its claim along at once', async () => {
  const { client, emulator, provisioner } = stack();
  await emulator.configure({ timings: { nodeRegisterMs: 1000 } });
  const { metadata } = await client.create(machines, aMachine({ metadata: { name: 'hasty' } }));
  const poolNames = async () => (await emulator.state()).pools.map(({ name }) => name);
  await eventually(async () => expect(await poolNames()).toContain('hasty'));
  await provisioner.kill('SIGSTOP'); // it sees the node come and go at once
  const node = await eventually(async () => (await nodeOf('hasty')) ?? Promise.reject(new Error('no node')));
  expect(node.metadata.finalizers ?? []).toEqual([]);
  await client.delete(nodes, node.metadata, { uid: node.metadata.uid ?? '' });
  await provisioner.kill('SIGCONT');
  await eventually(async () => {
    const claim = await ignoreNotFound(client.get(machines, { name: 'hasty' }));
    expect(claim?.metadata.uid).not.toBe(metadata.uid);
  });
  expect(await poolNames()).not.toContain('hasty');
});
