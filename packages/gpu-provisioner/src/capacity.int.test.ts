import { jest } from '@jest/globals';
import { instanceTypesUnavailableMessage, labels, machines, nodeClaims } from '@kaito/crds';
import type { NodeClaim } from '@kaito/crds';
import { events, ignoreNotFound, nodes } from '@kaito/kube';
import { aMachine, aNodeClaim, eventually, useStack } from '@kaito/testing';

jest.setTimeout(90_000);

// A size that is not sold is forgotten after seconds here, and nothing may take longer than seconds, on a busy machine too.
const stack = useStack({
  workspace: false,
  env: {
    provisioner: {
      LEADER_ELECT: 'false',
      CAPACITY_MEMORY: '60s',
      SKU_MEMORY: '6s',
      QUOTA_REFRESH: '1s',
      LAUNCH_TIMEOUT: '4s',
      REGISTRATION_TIMEOUT: '4s',
      INITIALIZATION_TIMEOUT: '2s',
    },
  },
});

const A100 = 'Standard_NC24ads_A100_v4';
const TWO_A100 = 'Standard_NC48ads_A100_v4';
const V100 = 'Standard_NC6s_v3';

type Requirement = NonNullable<NodeClaim['spec']>['requirements'][number];
const isIn = (key: string, ...values: string[]): Requirement => ({ key, operator: 'In', values });
const types = (...values: string[]): Requirement => isIn(labels.instanceType, ...values);

const aClaim = (name: string, ...requirements: Requirement[]) =>
  stack().client.create(nodeClaims, aNodeClaim({ metadata: { name }, spec: { requirements } }));

async function condition(name: string, type: string) {
  const { status } = await stack().client.get(nodeClaims, { name });
  return status?.conditions?.find(found => found.type === type);
}

async function expectReady(name: string, timeoutMs = 20_000): Promise<void> {
  await eventually(async () => expect(await condition(name, 'Ready')).toMatchObject({ status: 'True' }), {
    timeoutMs,
    describe: `${name} is Ready`,
  });
}

async function poolOf(name: string) {
  return (await stack().emulator.state()).pools.find(pool => pool.name === name);
}

/** The VM sizes that were asked for, in order; from the provisioner's log, because ARM keeps no refused body. */
function asked(pool: string): readonly string[] {
  const lines = stack().provisioner.logs().split('\n');
  const requests = lines.filter(line => /Agent pool requested|Launch failed/.test(line) && line.includes(`"${pool}"`));
  return requests.map(line => /"vmSize":"([^"]+)"/.exec(line)?.[1] ?? '');
}

afterEach(async () => {
  const { client, emulator } = stack();
  await emulator.clearAllocationRules();
  await emulator.configure({ nodeRules: [] });
  for (const resource of [machines, nodeClaims] as const) {
    const { items } = await client.list(resource);
    await Promise.all(items.map(({ metadata: { name } }) => ignoreNotFound(client.delete(resource, { name }))));
  }
  await expectNone();
});

async function claims() {
  const lists = await Promise.all([stack().client.list(machines), stack().client.list(nodeClaims)]);
  return lists.flatMap(({ items }) => items);
}

async function expectNone(): Promise<void> {
  await eventually(async () => expect(await claims()).toEqual([]), { timeoutMs: 20_000 });
}

test('the next rung of the ladder is tried at once, and other claims do not try the first again', async () => {
  await stack().emulator.addAllocationRule({ vmSize: A100, code: 'AllocationFailed', mode: 'operation' });
  await aClaim('ladder1', types(A100, V100));
  await expectReady('ladder1');
  expect(await poolOf('ladder1')).toMatchObject({ vmSize: V100 });
  const { metadata } = await stack().client.get(nodeClaims, { name: 'ladder1' });
  expect(metadata.labels).toMatchObject({ [labels.instanceType]: V100 });
  await aClaim('ladder2', types(A100, V100));
  await expectReady('ladder2');
  expect(asked('ladder1')).toEqual([A100, A100, V100]);
  expect(asked('ladder2')).toEqual([V100]);
});

test("with no rung left a Machine says so in KAITO's words, and starts by itself when there is room again", async () => {
  const { client, emulator } = stack();
  await emulator.addAllocationRule({ vmSize: TWO_A100, code: 'SkuNotAvailable', mode: 'request' });
  await client.create(machines, aMachine({ metadata: { name: 'norung' }, spec: { requirements: [types(TWO_A100)] } }));
  const launched = async () => {
    const { status } = await client.get(machines, { name: 'norung' });
    return status?.conditions?.find(({ type }) => type === 'MachineLaunched');
  };
  await eventually(async () =>
    expect(await launched()).toMatchObject({
      status: 'False',
      reason: 'SKUNotAvailable',
      message: expect.stringContaining(instanceTypesUnavailableMessage),
    }),
  );
  expect(await poolOf('norung')).toBeUndefined();
  await emulator.clearAllocationRules();
  await eventually(async () => expect(await launched()).toMatchObject({ status: 'True' }), { timeoutMs: 30_000 });
});

describe('InsufficientCapacity', () => {
  const owner = {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    name: 'np',
    uid: '0f4a7c1e-0000-4000-8000-000000000000',
  };

  test('deletes a NodeClaim that an owner will replace, with an Event that says why; leaves no pool', async () => {
    const { client, emulator } = stack();
    await emulator.addAllocationRule({ vmSize: A100, code: 'AllocationFailed', mode: 'request' });
    const spec = { requirements: [types(A100)] };
    await client.create(nodeClaims, aNodeClaim({ metadata: { name: 'owned', ownerReferences: [owner] }, spec }));
    await eventually(async () => {
      expect(await ignoreNotFound(client.get(nodeClaims, { name: 'owned' }))).toBeUndefined();
    });
    await eventually(async () => {
      const { items } = await client.list(events, { namespace: 'default' });
      const [told] = items.filter(({ reason }) => reason === 'InsufficientCapacityError');
      expect(told).toMatchObject({ type: 'Warning', involvedObject: { name: 'owned' } });
      expect(told?.message).toContain(A100);
    });
    expect(await poolOf('owned')).toBeUndefined();
  });

  test('leaves a NodeClaim that nobody would replace, and says why', async () => {
    await stack().emulator.addAllocationRule({ vmSize: A100, code: 'AllocationFailed', mode: 'request' });
    await aClaim('bare', types(A100));
    await eventually(async () =>
      expect(await condition('bare', 'Launched')).toMatchObject({
        status: 'False',
        reason: 'AllocationFailure',
        message: expect.stringContaining(instanceTypesUnavailableMessage),
      }),
    );
  });
});

test('spot where it is asked for first, on demand when spot is not to be had', async () => {
  const capacity = isIn(labels.capacityType, 'spot', 'on-demand');
  await aClaim('spot1', types(V100), capacity);
  await expectReady('spot1');
  expect(await poolOf('spot1')).toMatchObject({ priority: 'Spot' });
  await stack().emulator.addAllocationRule({ priority: 'Spot', code: 'SkuNotAvailable', mode: 'request' });
  await aClaim('spot2', types(V100), capacity);
  await expectReady('spot2');
  expect((await poolOf('spot2'))?.priority).not.toBe('Spot');
  const { metadata } = await stack().client.get(nodeClaims, { name: 'spot2' });
  expect(metadata.labels).toMatchObject({ [labels.capacityType]: 'on-demand' });
});

test('zones in the order of the claim; one that has no room is passed over', async () => {
  await stack().emulator.addAllocationRule({ zone: '2', code: 'ZonalAllocationFailed', mode: 'operation' });
  await aClaim('zones', types(V100), isIn(labels.zone, 'eastus-2', 'eastus-3'));
  await expectReady('zones');
  expect(await poolOf('zones')).toMatchObject({ zones: ['3'] });
  const { status } = await stack().client.get(nodeClaims, { name: 'zones' });
  const node = await stack().client.get(nodes, { name: status?.nodeName ?? '' });
  expect(node.metadata.labels).toMatchObject({ [labels.zone]: 'eastus-3' });
});

test('disk and tags reach Azure', async () => {
  const annotations = { 'kaito.sh/azure-tags': 'team=ml,cost=42' };
  const spec = { requirements: [types(V100)], resources: { requests: { storage: '100.5Gi' } } };
  await stack().client.create(nodeClaims, aNodeClaim({ metadata: { name: 'wishes', annotations }, spec }));
  await expectReady('wishes');
  expect(await poolOf('wishes')).toMatchObject({ tags: { team: 'ml', cost: '42', 'kaito.sh_claim-name': 'wishes' } });
  const { status } = await stack().client.get(nodeClaims, { name: 'wishes' });
  expect(status?.capacity).toMatchObject({ 'ephemeral-storage': '101Gi' });
});

test('registration timeout: a pool whose node never comes is given up, with the reason on the claim, and made anew', async () => {
  await stack().emulator.configure({ nodeRules: [{ pool: 'nonode', join: 'never' }] });
  await aClaim('nonode', types(V100));
  await eventually(
    async () =>
      expect(await condition('nonode', 'Launched')).toMatchObject({
        status: 'Unknown',
        reason: 'RegistrationTimeout',
        message: expect.stringMatching(
          /node has not joined the cluster.*check what the machine may reach.*next attempt/,
        ),
      }),
    { timeoutMs: 20_000 },
  );
  await eventually(async () => expect(await poolOf('nonode')).toBeUndefined());
  await stack().emulator.configure({ nodeRules: [] });
  await expectReady('nonode', 30_000);
});

test('the GPU never appeared: said after its time, and over when it does', async () => {
  await stack().emulator.configure({ nodeRules: [{ pool: 'nogpu', gpu: 'never' }] });
  const requests = { storage: '50Gi', 'nvidia.com/gpu': '1' };
  const spec = { requirements: [types(V100)], resources: { requests } };
  await stack().client.create(nodeClaims, aNodeClaim({ metadata: { name: 'nogpu' }, spec }));
  await eventually(async () =>
    expect(await condition('nogpu', 'Initialized')).toMatchObject({
      status: 'False',
      reason: 'GPUNeverAppeared',
      message: expect.stringContaining('nvidia.com/gpu'),
    }),
  );
  const { status } = await stack().client.get(nodeClaims, { name: 'nogpu' });
  const gpus = { 'nvidia.com/gpu': '1' };
  const patch = { status: { capacity: gpus, allocatable: gpus } };
  await stack().client.patch(nodes, { name: status?.nodeName ?? '' }, patch, { subresource: 'status' });
  await expectReady('nogpu');
});
