import { jest } from '@jest/globals';
import { labels, machines, nodeClaims } from '@kaito/crds';
import type { Machine, NodeClaim } from '@kaito/crds';
import { ignoreNotFound, isNotFound, nodes, podDisruptionBudgets, pods } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import { aMachine, aNodeClaim, aPod, eventually, expectArmRequests, useStack } from '@kaito/testing';
import { slotOf } from './pools/pool-name.ts';

jest.setTimeout(90_000);

const stack = useStack({ workspace: false });

afterEach(async () => {
  await stack().emulator.clearFaults();
  await stack().emulator.resetRequests();
});

const status = (object: Machine | NodeClaim, type: string): string | undefined =>
  object.status?.conditions?.find(condition => condition.type === type)?.status;
const condition = (object: Machine | NodeClaim, type: string) =>
  object.status?.conditions?.find(found => found.type === type);

/** Both kinds under one roof: every promise of the lifecycle holds for both. */
const kinds = [
  {
    kind: 'Machine',
    make: (name: string, spec = {}) => stack().client.create(machines, aMachine({ metadata: { name }, spec })),
    get: (name: string): Promise<Machine | NodeClaim> => stack().client.get(machines, { name }),
    patch: (name: string, patch: object) => stack().client.patch(machines, { name }, patch),
    remove: (name: string) => stack().client.delete(machines, { name }),
    types: ['MachineLaunched', 'MachineRegistered', 'MachineInitialized', 'Ready'],
    missing: 'False',
  },
  {
    kind: 'NodeClaim',
    make: (name: string, spec = {}) => stack().client.create(nodeClaims, aNodeClaim({ metadata: { name }, spec })),
    get: (name: string): Promise<Machine | NodeClaim> => stack().client.get(nodeClaims, { name }),
    patch: (name: string, patch: object) => stack().client.patch(nodeClaims, { name }, patch),
    remove: (name: string) => stack().client.delete(nodeClaims, { name }),
    types: ['Launched', 'Registered', 'Initialized', 'Ready'],
    missing: 'Unknown',
  },
] as const;

type Kind = (typeof kinds)[number];

async function isReady({ kind, get }: Kind, name: string): Promise<Machine | NodeClaim> {
  return await eventually(
    async () => {
      const claim = await get(name);
      if (status(claim, 'Ready') !== 'True') throw new Error(JSON.stringify(claim.status?.conditions));
      return claim;
    },
    { describe: `${kind} ${name} is Ready` },
  );
}

async function isGone({ kind, get }: Kind, name: string): Promise<void> {
  await eventually(
    async () => {
      const left = await get(name).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
      if (left) throw new Error(JSON.stringify(left.metadata));
    },
    { describe: `${kind} ${name} is gone` },
  );
}

async function nodeOf(pool: string): Promise<Node | undefined> {
  return (await stack().client.list(nodes, { labelSelector: `${labels.agentPool}=${pool}` })).items[0];
}

async function poolNames(): Promise<readonly string[]> {
  return (await stack().emulator.state()).pools.map(({ name }) => name);
}

describe.each(kinds)('a $kind', kind => {
  const prefix = kind.kind === 'Machine' ? 'm' : 'n';

  test('becomes a node that is Ready, registered and initialized, and carries what the claim says', async () => {
    const name = `${prefix}ready`;
    await kind.make(name);
    const claim = await isReady(kind, name);
    expect(kind.types.map(type => status(claim, type))).toEqual(['True', 'True', 'True', 'True']);
    const node = await nodeOf(name);
    expect(claim.status).toMatchObject({ nodeName: node?.metadata.name, providerID: node?.spec?.providerID });
    expect(node?.metadata).toMatchObject({
      finalizers: expect.arrayContaining(['karpenter.sh/termination']),
      ownerReferences: [{ kind: kind.kind, name, uid: claim.metadata.uid, blockOwnerDeletion: true }],
      labels: {
        'karpenter.sh/registered': 'true',
        'karpenter.sh/initialized': 'true',
        'kaito.sh/workspace': 'a-workspace',
        'kaito.sh/workspacenamespace': 'default',
        'kaito.sh/machine-type': 'gpu',
        'node.kubernetes.io/instance-type': 'Standard_NC6s_v3',
      },
    });
    expect(node?.spec?.taints).toEqual(expect.arrayContaining([{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }]));
    expect(claim.metadata.labels).toMatchObject({ 'node.kubernetes.io/instance-type': 'Standard_NC6s_v3' });
    const pool = (await stack().emulator.state()).pools.find(found => found.name === name);
    expect(pool).toMatchObject({
      vmSize: 'Standard_NC6s_v3',
      count: 1,
      tags: { 'kaito.sh_claim-uid': claim.metadata.uid },
    });
    await expectArmRequests(stack().emulator, { 'PUT agentPools': 1, 'GET agentPools': 0, 'GET operations': 0 });
    await eventually(async () =>
      expect((await kind.get(name)).status?.capacity).toMatchObject({ cpu: '6', 'nvidia.com/gpu': '1' }),
    );
  });

  test('delete claim → node and pool go', async () => {
    const name = `${prefix}gone`;
    await kind.make(name);
    await isReady(kind, name);
    await kind.remove(name);
    await isGone(kind, name);
    expect(await nodeOf(name)).toBeUndefined();
    expect(await poolNames()).not.toContain(name);
    await expectArmRequests(stack().emulator, { 'DELETE agentPools': 1, 'GET agentPools': 0 });
  });

  test('delete Node → claim and pool go', async () => {
    const name = `${prefix}bynode`;
    await kind.make(name);
    const claim = await isReady(kind, name);
    await stack().client.delete(nodes, { name: claim.status?.nodeName ?? '' });
    await isGone(kind, name);
    expect(await nodeOf(name)).toBeUndefined();
    expect(await poolNames()).not.toContain(name);
  });

  test('whose finalizer somebody took leaves a node that still takes its machine along when it is deleted', async () => {
    const name = `${prefix}orphan`;
    await kind.make(name);
    const claim = await isReady(kind, name);
    await kind.patch(name, { metadata: { finalizers: null } });
    await kind.remove(name);
    await isGone(kind, name);
    await ignoreNotFound(stack().client.delete(nodes, { name: claim.status?.nodeName ?? '' }));
    await eventually(async () => {
      expect(await nodeOf(name)).toBeUndefined();
      expect(await poolNames()).not.toContain(name);
    });
  });

  test('that is deleted before its node comes leaves nothing behind', async () => {
    const name = `${prefix}early`;
    await stack().emulator.configure({ timings: { nodeRegisterMs: 60_000, operationMs: 60_000 } });
    try {
      await kind.make(name);
      await eventually(async () => expect(await poolNames()).toContain(name));
      expect(status(await kind.get(name), 'Ready')).not.toBe('True');
      await kind.remove(name);
      await isGone(kind, name);
      expect(await poolNames()).not.toContain(name);
    } finally {
      await stack().emulator.configure({ timings: { nodeRegisterMs: 100, operationMs: 300 } });
    }
  });

  test('whose name is no pool name gets a derived pool', async () => {
    const name = `${prefix}-with-a-long-name`;
    const { pool } = slotOf({ kind: kind.kind, name });
    await kind.make(name);
    await isReady(kind, name);
    expect(await poolNames()).toContain(pool);
    await kind.remove(name);
    await isGone(kind, name);
    expect(await poolNames()).not.toContain(pool);
  });

  test('is not initialized before the GPU shows that it asked for', async () => {
    const name = `${prefix}gpu`;
    await stack().emulator.configure({ timings: { gpuAppearMs: 1500 } });
    try {
      await kind.make(name, { resources: { requests: { storage: '50Gi', 'nvidia.com/gpu': '1' } } });
      await eventually(async () =>
        expect(condition(await kind.get(name), kind.types[2])).toMatchObject({
          status: kind.missing,
          reason: 'ResourceNotRegistered',
        }),
      );
      await isReady(kind, name);
    } finally {
      await stack().emulator.configure({ timings: { gpuAppearMs: 50 } });
    }
  });

  test('without an instance type is refused with the way to write one, and costs no request', async () => {
    const name = `${prefix}noinst`;
    await kind.make(name, { requirements: [] });
    const refused = await eventually(async () => {
      const found = condition(await kind.get(name), kind.types[0]);
      if (found?.reason !== 'InvalidSpec') throw new Error(JSON.stringify(found));
      return found;
    });
    expect(refused).toMatchObject({
      status: 'False',
      message: expect.stringContaining('node.kubernetes.io/instance-type'),
    });
    await expectArmRequests(stack().emulator, { 'PUT agentPools': 0 });
    await kind.remove(name);
    await isGone(kind, name);
  });

  test('with an instance type that nobody sells is refused without a pool', async () => {
    const name = `${prefix}nosku`;
    const requirements = [{ key: labels.instanceType, operator: 'In', values: ['Standard_Unheard_of'] }];
    await kind.make(name, { requirements });
    await eventually(async () =>
      expect(condition(await kind.get(name), kind.types[0])).toMatchObject({
        status: 'False',
        reason: 'SKUNotAvailable',
        message: expect.stringMatching(/all requested instance types were unavailable.*Standard_Unheard_of/),
      }),
    );
    await expectArmRequests(stack().emulator, { 'PUT agentPools': 0 });
    await kind.remove(name);
    await isGone(kind, name);
  });
});

const podOn = (node: string | undefined, name: string, annotations = {}) =>
  aPod({
    metadata: { name, labels: { app: name }, annotations },
    spec: { nodeName: node, terminationGracePeriodSeconds: 1 },
  });

describe('pods on the node of a deleted claim', () => {
  const own = kinds[1];

  afterEach(async () => {
    await stack().kubectl('delete', 'pods,pdb', '--all', '--force', '--grace-period=0');
  });

  test('PDB 429: are evicted before the machine goes, as far as their budget allows', async () => {
    await own.make('drained');
    const { nodeName } = (await isReady(own, 'drained')).status ?? {};
    await stack().client.create(podDisruptionBudgets, {
      metadata: { name: 'held', namespace: 'default' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'held' } } },
    });
    await stack().client.create(pods, podOn(nodeName, 'held'));
    await stack().client.create(pods, podOn(nodeName, 'free'));
    await eventually(async () => {
      const budget = await stack().client.get(podDisruptionBudgets, { name: 'held', namespace: 'default' });
      expect(budget.status?.currentHealthy).toBe(1);
    });
    await own.remove('drained');
    await eventually(async () => {
      const { items } = await stack().client.list(pods, { namespace: 'default' });
      expect(items.map(({ metadata }) => metadata.name)).toEqual(['held']);
      expect(await stack().kubectl('get', 'events', '-o', 'jsonpath={.items[*].reason}')).toContain('FailedDraining');
    });
    const node = await nodeOf('drained');
    expect(node?.spec?.taints).toContainEqual({ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' });
    expect(await poolNames()).toContain('drained');
    await expectArmRequests(stack().emulator, { 'DELETE agentPools': 0 });
    await stack().client.delete(podDisruptionBudgets, { name: 'held', namespace: 'default' });
    await isGone(own, 'drained');
    expect(await poolNames()).not.toContain('drained');
  });

  test('do-not-disrupt: are waited for until the grace period of the claim ends, then deleted', async () => {
    await own.make('graceful', { terminationGracePeriod: '3s' });
    const { nodeName } = (await isReady(own, 'graceful')).status ?? {};
    await stack().client.create(pods, podOn(nodeName, 'stubborn', { 'karpenter.sh/do-not-disrupt': 'true' }));
    await eventually(async () => {
      const pod = await stack().client.get(pods, { name: 'stubborn', namespace: 'default' });
      expect(pod.status?.phase).toBe('Running');
    });
    const start = Date.now();
    await own.remove('graceful');
    await isGone(own, 'graceful');
    expect(Date.now() - start).toBeGreaterThan(1500);
  });
});

describe('a claim is served', () => {
  test.each([
    ['a Machine with the label of a RAGEngine', kinds[0], 'mrag', { [labels.ragEngine]: 'a-rag-engine' }],
    ['a NodeClaim with the label of a RAGEngine', kinds[1], 'nrag', { [labels.ragEngine]: 'a-rag-engine' }],
    ['a NodeClaim of our class without any label of KAITO', kinds[1], 'nplain', {}],
  ])('%s', async (_, kind, name, own) => {
    const none = { [labels.workspace]: undefined, [labels.workspaceNamespace]: undefined };
    const metadata = { name, labels: { ...none, ...own } };
    if (kind.kind === 'Machine') await stack().client.create(machines, aMachine({ metadata }));
    else await stack().client.create(nodeClaims, aNodeClaim({ metadata }));
    await isReady(kind, name);
    expect((await nodeOf(name))?.metadata.labels).toMatchObject({ ...own, 'kaito.sh/kaitonodeclass': 'default' });
    await stack().client.delete(nodes, { name: (await nodeOf(name))?.metadata.name ?? '' });
    await isGone(kind, name);
    expect(await poolNames()).not.toContain(name);
  });
});

describe('a claim of somebody else', () => {
  test('an AKSNodeClass claim is never touched, whatever its labels say', async () => {
    const nodeClassRef = { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'default' };
    await stack().client.create(nodeClaims, aNodeClaim({ metadata: { name: 'foreign' }, spec: { nodeClassRef } }));
    const before = await stack().client.get(nodeClaims, { name: 'foreign' });
    const own = kinds[1];
    await own.make('beside');
    await isReady(own, 'beside'); // by then the foreign one has been seen as well
    expect(await stack().client.get(nodeClaims, { name: 'foreign' })).toEqual(before);
    await own.remove('beside');
    await isGone(own, 'beside');
  });

  test('a Machine without our labels or template is never touched', async () => {
    const metadata = { name: 'stranger', labels: undefined };
    const spec = { machineTemplateRef: undefined };
    await stack().client.create(machines, aMachine({ metadata, spec }));
    const before = await stack().client.get(machines, { name: 'stranger' });
    const own = kinds[0];
    await own.make('alongside');
    await isReady(own, 'alongside');
    expect(await stack().client.get(machines, { name: 'stranger' })).toEqual(before);
  });
});
