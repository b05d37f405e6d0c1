import { jest } from '@jest/globals';
import { allowedValues, annotations, findCondition, labels, nodeClaims, workspaces, type Workspace } from '@kaito/crds';
import { customResourceDefinitions, ignoreNotFound, nodes, patchStatus } from '@kaito/kube';
import { eventually, useStack, type Overrides } from '@kaito/testing';
import { aksNodeClasses, installKarpenter, KarpenterPlayer } from './karpenter.test-data.ts';
import { nodePools, type NodePool } from './render/node-pool.ts';
import { namespace, WorkspaceBench } from './workspace-bench.test-data.ts';

jest.setTimeout(120_000);

const stack = useStack({ emulator: false, workspace: false, env: { workspace: { LEADER_ELECT: 'false' } } });
const karpenter = new KarpenterPlayer(() => stack().client);
const bench = new WorkspaceBench(stack, karpenter.step);

const oneA100 = 'Standard_NC24ads_A100_v4';
const v100 = 'Standard_NC6s_v3';

const nodeClasses = (diskGb: number): string =>
  JSON.stringify([
    { name: 'plain', default: true, spec: { imageFamily: 'Ubuntu2204', osDiskSizeGB: diskGb } },
    { name: 'hardened', spec: { imageFamily: 'AzureLinux', osDiskSizeGB: diskGb } },
  ]);

/** Restarts the controller in an installation with other node classes, whose provisioner it has to find out by itself. */
async function startController(classes: string): Promise<void> {
  const { workspace } = stack();
  await workspace.stop();
  await workspace.start({ env: { KAITO_CLAIM_KIND: undefined, KARPENTER_NODE_CLASSES: classes } });
  await workspace.ready();
}

const poolOf = (name: string): Promise<NodePool | undefined> =>
  ignoreNotFound(stack().client.get(nodePools, { name: `${namespace}-${name}` }));

const edit = (name: string, patch: Overrides<Workspace>) =>
  stack().client.patch(workspaces, { name, namespace }, patch);

const inClass = (name: string): Overrides<Workspace> => ({
  metadata: { annotations: { [annotations.nodeClassName]: name } },
});

/** The instance types of its claims, in the order of the claims' names. */
async function sizesOf(name: string): Promise<readonly unknown[]> {
  const claims = await Promise.all(
    (await bench.claims(name)).map(claim => stack().client.get(nodeClaims, { name: claim })),
  );
  return claims.flatMap(({ spec }) => allowedValues(spec?.requirements, labels.instanceType) ?? []);
}

beforeAll(async () => {
  const { client } = stack();
  // With Machine, or with NodeClaim and KaitoNodeClass, gpu-provisioner would be taken to be there.
  for (const name of ['machines.karpenter.sh', 'kaitonodeclasses.kaito.sh']) {
    await client.delete(customResourceDefinitions, { name });
    await eventually(async () => {
      if (await ignoreNotFound(client.get(customResourceDefinitions, { name }))) throw new Error(`${name} is there`);
    });
  }
  await installKarpenter(client);
  await startController(nodeClasses(300));
}, 60_000);

afterEach(async () => {
  karpenter.holds = false;
  karpenter.pauses = false;
  const { items } = await stack().client.list(workspaces, { namespace });
  await Promise.all(items.map(({ metadata }) => bench.remove(metadata.name)));
});

test('node classes are made as they are configured, and kept so', async () => {
  const { client } = stack();
  expect(stack().workspace.logs()).toMatch(/"provisioner":"karpenter"/);
  const plain = await eventually(() => client.get(aksNodeClasses, { name: 'plain' }));
  expect(plain.metadata.labels).toMatchObject({
    [labels.karpenterManagedBy]: 'kaito',
    [labels.karpenterDefault]: 'true',
  });
  expect(plain.spec).toEqual({ imageFamily: 'Ubuntu2204', osDiskSizeGB: 300 });
  const hardened = await eventually(() => client.get(aksNodeClasses, { name: 'hardened' }));
  expect(hardened.metadata.labels?.[labels.karpenterDefault]).toBeUndefined();

  await client.patch(aksNodeClasses, { name: 'plain' }, { spec: { tags: { team: 'theirs' } } });
  await startController(nodeClasses(512));
  await eventually(async () => {
    const { spec } = await client.get(aksNodeClasses, { name: 'plain' });
    expect(spec).toEqual({ imageFamily: 'Ubuntu2204', osDiskSizeGB: 512, tags: { team: 'theirs' } });
  });
});

test('a workspace has a NodePool of a fixed size, whose nodes alone its pods use', async () => {
  await bench.create('pooled');
  const ready = await bench.untilReady('pooled');
  const pool = await poolOf('pooled');
  const owner = { [labels.karpenterWorkspaceName]: 'pooled', [labels.karpenterWorkspaceNamespace]: namespace };
  expect(pool?.metadata.labels).toMatchObject({ ...owner, [labels.karpenterManagedBy]: 'kaito' });
  expect(pool?.spec).toMatchObject({
    replicas: 1,
    template: {
      metadata: { labels: { ...owner, apps: 'pooled' } },
      spec: {
        nodeClassRef: { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'plain' },
        requirements: [
          { key: labels.instanceType, operator: 'In', values: [v100] },
          { key: labels.capacityType, operator: 'In', values: ['on-demand'] },
          { key: 'karpenter.azure.com/placement-scope', operator: 'In', values: ['regional'] },
        ],
        taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
        expireAfter: 'Never',
      },
    },
    disruption: { consolidateAfter: '0s', budgets: [{ nodes: '1', reasons: ['Drifted'] }] },
  });
  expect(findCondition(ready, 'NodeClaimReady')).toMatchObject({ status: 'True' });
  expect(findCondition(ready, 'MachineReady')).toBeUndefined();
  expect(await bench.nodesOfPods('pooled')).toEqual(ready.status?.workerNodes);

  await bench.remove('pooled');
  expect(await poolOf('pooled')).toBeUndefined();
  const { items } = await stack().client.list(nodes);
  expect(items).toEqual([]);
});

test('the pool grows and shrinks with the workspace, and the pod that stays is not touched', async () => {
  await bench.create('elastic');
  await bench.untilReady('elastic');
  const [first] = await bench.pods('elastic');
  await edit('elastic', { resource: { count: 2 } });
  await bench.until('elastic', 'serves from two nodes', async ({ status }) => {
    expect(status?.workerNodes).toHaveLength(2);
    expect(new Set(await bench.nodesOfPods('elastic')).size).toBe(2);
  });
  expect((await poolOf('elastic'))?.spec?.replicas).toBe(2);
  await bench.untilReady('elastic');

  await edit('elastic', { resource: { count: 1 } });
  await bench.until('elastic', 'has one node', async ({ status }) => {
    expect((await poolOf('elastic'))?.spec?.replicas).toBe(1);
    expect(status?.workerNodes).toEqual([first?.spec?.nodeName]);
  });
  // Each size was written once, however often it was looked at.
  const writes = stack()
    .workspace.logs()
    .match(/"message":"Applied NodePool","nodePool":"default-elastic"/g);
  expect(writes).toHaveLength(3);
  const [left, ...others] = await bench.pods('elastic');
  expect(others).toEqual([]);
  expect(left?.metadata.uid).toBe(first?.metadata.uid);
});

test('a new size is there before the old one goes, and Karpenter replaces nothing meanwhile', async () => {
  await bench.create('bigger');
  const before = await bench.untilReady('bigger');
  karpenter.holds = true;
  await edit('bigger', { resource: { instanceType: oneA100 } });
  await bench.until('bigger', 'asks for the new size beside the old', async () => {
    const { spec } = (await poolOf('bigger')) ?? {};
    expect(spec).toMatchObject({ replicas: 2, disruption: { budgets: [{ nodes: '0', reasons: ['Drifted'] }] } });
    expect(await sizesOf('bigger')).toEqual([v100, oneA100]);
  });
  expect(await bench.nodesOfPods('bigger')).toEqual(before.status?.workerNodes);
  karpenter.holds = false;
  const after = await bench.until('bigger', 'is on the new node alone', async workspace => {
    expect(await sizesOf('bigger')).toEqual([oneA100]);
    expect(workspace.status?.workerNodes).toEqual(await bench.claims('bigger'));
    return workspace;
  });
  expect(after.status?.workerNodes).not.toEqual(before.status?.workerNodes);
  await bench.untilReady('bigger');
  expect(await bench.nodesOfPods('bigger')).toEqual(after.status?.workerNodes);
  expect((await poolOf('bigger'))?.spec).toMatchObject({ replicas: 1, disruption: { budgets: [{ nodes: '1' }] } });
});

test('the annotation chooses the node class; one that is not configured is refused before anything is paid for', async () => {
  await bench.create('classy', inClass('hardened'));
  await bench.create('classless', inClass('golden'));
  await bench.untilReady('classy');
  expect((await poolOf('classy'))?.spec?.template?.spec?.nodeClassRef.name).toBe('hardened');
  const refused = await bench.untilCondition('classless', 'WorkspaceReady', 'False');
  expect(findCondition(refused, 'WorkspaceReady')?.message).toMatch(/"golden".*plain, hardened/);
  expect(await poolOf('classless')).toBeUndefined();
});

test('what Karpenter says of a pool that makes no claims shows on the workspace', async () => {
  const { client } = stack();
  karpenter.pauses = true;
  await bench.create('stuck');
  const pool = await bench.until('stuck', 'has its pool', async () => {
    const found = await poolOf('stuck');
    expect(found).toBeDefined();
    return found;
  });
  const message = 'NodeClassReady=False: subnet not found';
  const lastTransitionTime = new Date().toISOString();
  const conditions = [{ type: 'Ready', status: 'False', reason: 'UnhealthyDependents', message, lastTransitionTime }];
  if (pool) await patchStatus(client, nodePools, pool, { conditions });
  const stuck = await bench.untilCondition('stuck', 'NodeClaimReady', 'False', 'UnhealthyDependents');
  expect(findCondition(stuck, 'WorkspaceReady')?.message).toContain(message);
});

test('a pool of its name that is not its own is left alone', async () => {
  const { client } = stack();
  const metadata = { name: `${namespace}-taken` };
  const nodeClassRef = { group: aksNodeClasses.group, kind: aksNodeClasses.kind, name: 'plain' };
  const spec = { replicas: 0, template: { spec: { nodeClassRef, requirements: [] } } };
  const before = await client.create(nodePools, { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata, spec });
  await bench.create('taken');
  const refused = await bench.untilCondition('taken', 'NodeClaimReady', 'False', 'NameTaken');
  expect(findCondition(refused, 'WorkspaceReady')?.message).toContain(`NodePool "${metadata.name}"`);
  expect((await poolOf('taken'))?.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  await client.delete(nodePools, metadata);
  await bench.untilReady('taken');
});

test('a node that matches is used, and no pool is made', async () => {
  await bench.addNode('idle', 'thrifty');
  await bench.create('thrifty');
  const { status } = await bench.untilReady('thrifty');
  expect(status?.workerNodes).toEqual(['idle']);
  expect(await poolOf('thrifty')).toBeUndefined();
  await bench.remove('thrifty');
  await eventually(async () => {
    const { metadata } = await bench.node('idle');
    expect(metadata.annotations?.[annotations.reservedBy]).toBeUndefined();
    expect(Object.keys(metadata.labels ?? {}).filter(key => key.includes('kaito.sh'))).toEqual([]);
  });
  await stack().client.delete(nodes, { name: 'idle' });
});
