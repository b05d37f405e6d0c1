import { jest } from '@jest/globals';
import { labels, machines, nodeClaims } from '@kaito/crds';
import type { Machine, NodeClaim } from '@kaito/crds';
import { events, ignoreNotFound, nodes } from '@kaito/kube';
import { aMachine, aNodeClaim, eventually, useStack } from '@kaito/testing';
import { tagsFor } from '../pools/ownership.ts';

jest.setTimeout(90_000);

/** Everything that takes minutes in a cluster takes a second here. */
const stack = useStack({
  workspace: false,
  settings: { timings: { powerMs: 2000 } },
  env: {
    provisioner: {
      GC_INTERVAL: '500ms',
      GC_GRACE: '1s',
      GC_MAX_PERCENT: '50',
      POLL_IDLE: '500ms',
      REPAIR_TOLERATION: '2s',
      EXPIRE_CLAIMS: 'true',
    },
  },
});

const LONG_AGO = Date.parse('2026-01-01T00:00:00Z');
/** The tags of a pool whose claim is no more. */
const leaked = (name: string) => tagsFor({ kind: 'Machine', name, uid: `uid-of-${name}` }, LONG_AGO);

const poolNames = async () => (await stack().emulator.state()).pools.map(({ name }) => name);
const machine = (name: string) => ignoreNotFound(stack().client.get(machines, { name }));
const nodesIn = async (pool: string) =>
  (await stack().client.list(nodes, { labelSelector: `${labels.agentPool}=${pool}` })).items;

async function make(...names: readonly string[]): Promise<void> {
  for (const name of names) await stack().client.create(machines, aMachine({ metadata: { name } }));
  for (const name of names) await eventually(async () => isReady(await machine(name)), { dump: stack().dump });
}

function isReady(claim: Machine | NodeClaim | undefined): void {
  const ready = claim?.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') throw new Error(JSON.stringify(claim?.status?.conditions));
}

async function isGone(pool: string): Promise<void> {
  await eventually(
    async () => {
      expect(await poolNames()).not.toContain(pool);
      expect(await nodesIn(pool)).toEqual([]);
      expect(await machine(pool)).toBeUndefined();
    },
    { describe: `everything of ${pool} is gone`, dump: stack().dump },
  );
}

async function reasonsOn(name: string): Promise<readonly (string | undefined)[]> {
  const { items } = await stack().client.list(events, { fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason }) => reason);
}

async function remove(...names: readonly string[]): Promise<void> {
  for (const name of names) await ignoreNotFound(stack().client.delete(machines, { name }));
  for (const name of names) await isGone(name);
}

describe('garbage collection', () => {
  test('leaked pools go, with and without a node, also when the first DELETE fails; what is not ours stays', async () => {
    const { emulator } = stack();
    await emulator.seedPool('users', { tags: { team: 'x' } });
    await emulator.seedPool('untagged', { labels: { [labels.machineType]: 'gpu', [labels.creationTimestamp]: 'x' } });
    const match = { method: 'DELETE', route: 'agentPools', pool: 'leakone' } as const;
    await emulator.addFault({
      match,
      action: { type: 'respond', status: 500, code: 'InternalError', message: 'oops' },
    });
    await emulator.seedPool('leakone', { tags: leaked('leakone'), nodes: 'never' });
    await isGone('leakone');
    await emulator.seedPool('leaktwo', { tags: leaked('leaktwo') });
    await eventually(async () => expect(await nodesIn('leaktwo')).toHaveLength(1));
    await isGone('leaktwo');
    expect(await poolNames()).toEqual(expect.arrayContaining(['users', 'untagged']));
    expect(stack().provisioner.logs()).toContain('Garbage collection failed and is tried again');
  });

  test('the node and the pool of a claim whose finalizer somebody took go', async () => {
    await make('stripped', 'stays');
    const { client } = stack();
    await client.delete(machines, { name: 'stripped' });
    await client.patch(machines, { name: 'stripped' }, { metadata: { finalizers: null } });
    await isGone('stripped');
    expect((await machine('stays'))?.metadata.deletionTimestamp).toBeUndefined();
    await remove('stays');
  });

  test.each([
    ['stay, not Ready', false],
    ['are taken away and come back', true],
  ])('az aks stop/start loses nothing, and nothing is deleted while the cluster starts; nodes %s', async (_, away) => {
    const { emulator } = stack();
    await emulator.configure({ stopRemovesNodes: away });
    await make('sleeper');
    const before = await machine('sleeper');
    await emulator.resetRequests();
    // AKS refuses it while it works on a pool.
    await eventually(() => emulator.stopCluster());
    await eventually(async () => {
      expect((await emulator.state()).power).toEqual({ provisioningState: 'Succeeded', powerState: 'Stopped' });
    });
    await emulator.seedPool('leakstop', { tags: leaked('leakstop'), nodes: 'never' });
    const { counts } = await emulator.requests();
    const listed = counts['LIST agentPools'] ?? 0;
    await eventually(async () => {
      expect((await emulator.requests()).counts['LIST agentPools']).toBeGreaterThan(listed + 4);
    });
    await emulator.startCluster();
    await eventually(async () => {
      expect((await emulator.requests()).counts['GET managedClusters']).toBeGreaterThan(0);
    });
    expect((await emulator.requests()).counts).not.toHaveProperty(['DELETE agentPools']);
    await eventually(async () => {
      expect((await emulator.state()).power).toEqual({ provisioningState: 'Succeeded', powerState: 'Running' });
    });
    await isGone('leakstop');
    await eventually(async () => isReady(await machine('sleeper')));
    expect((await machine('sleeper'))?.metadata).toMatchObject({ uid: before?.metadata.uid });
    expect((await machine('sleeper'))?.metadata.deletionTimestamp).toBeUndefined();
    expect((await emulator.requests()).counts).toMatchObject({ 'DELETE agentPools': 1 });
    await eventually(async () => {
      const [node] = await nodesIn('sleeper');
      expect(node?.metadata.labels).toMatchObject({ 'karpenter.sh/registered': 'true' });
    });
    await remove('sleeper');
  });
});

/** @returns the name of the pool's node, whose GPU is gone or there again */
async function missGpu(pool: string, status: 'True' | 'False'): Promise<string> {
  const [node] = await nodesIn(pool);
  await stack().emulator.setNodeConditions(node?.metadata.name ?? '', [{ type: 'GPUMissing', status }]);
  return node?.metadata.name ?? '';
}

test('node repair replaces a node whose GPU is gone, and nothing while more than 20 % are ill', async () => {
  await make('sick', 'ill', 'well');
  await missGpu('sick', 'True');
  const blocked = await missGpu('ill', 'True');
  await eventually(async () => expect(await reasonsOn(blocked)).toContain('NodeRepairBlocked'), {
    dump: stack().dump,
  });
  await missGpu('ill', 'False');
  isReady(await machine('sick'));
  await missGpu('sick', 'False');
  await missGpu('sick', 'True');
  await isGone('sick');
  await eventually(async () => expect(await reasonsOn('sick')).toContain('NodeRepair'));
  isReady(await machine('ill'));
  isReady(await machine('well'));
  await remove('ill', 'well');
});

test('a NodeClaim goes when its expireAfter is over, and one without waits its 720h', async () => {
  const { client } = stack();
  await client.create(nodeClaims, aNodeClaim({ metadata: { name: 'keeps' } }));
  await client.create(nodeClaims, aNodeClaim({ metadata: { name: 'expires' }, spec: { expireAfter: '3s' } }));
  await eventually(async () => {
    expect(await ignoreNotFound(client.get(nodeClaims, { name: 'expires' }))).toBeUndefined();
  });
  await eventually(async () => expect(await reasonsOn('expires')).toContain('Expired'));
  const kept = await client.get(nodeClaims, { name: 'keeps' });
  expect(kept.spec.expireAfter).toBe('720h');
  expect(kept.metadata.deletionTimestamp).toBeUndefined();
  await client.delete(nodeClaims, { name: 'keeps' });
});
