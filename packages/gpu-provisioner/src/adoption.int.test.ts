import { jest } from '@jest/globals';
import { labels, machines, nodeClaims } from '@kaito/crds';
import type { Machine, NodeClaim } from '@kaito/crds';
import { isNotFound, nodes } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import { aMachine, aNodeClaim, eventually, expectArmRequests, leaveClaimBehind, useStack } from '@kaito/testing';

jest.setTimeout(90_000);

// A killed leader's Lease keeps its successor waiting for 15 s; what is tested here comes after that.
const stack = useStack({ workspace: false, env: { provisioner: { LEADER_ELECT: 'false' } } });

const kaito = { 'kaito.sh/workspace': 'a-workspace', 'kaito.sh/workspacenamespace': 'default' };

/** How the Go gpu-provisioner of either era leaves a claim. */
const eras = [
  {
    kind: 'Machine',
    prefix: 'm',
    resource: machines,
    make: (name: string): Machine | NodeClaim =>
      aMachine({ metadata: { name, labels: { 'karpenter.sh/provisioner-name': 'default', ...kaito } } }),
  },
  {
    kind: 'NodeClaim',
    prefix: 'n',
    resource: nodeClaims,
    make: (name: string): Machine | NodeClaim =>
      aNodeClaim({ metadata: { name, labels: { 'karpenter.sh/nodepool': 'kaito', ...kaito } } }),
  },
] as const;

type Era = (typeof eras)[number];

async function nodeOf(pool: string): Promise<Node | undefined> {
  return (await stack().client.list(nodes, { labelSelector: `${labels.agentPool}=${pool}` })).items[0];
}

async function get({ resource }: Era, name: string): Promise<Machine | NodeClaim | undefined> {
  return await stack()
    .client.get<Machine | NodeClaim>(resource, { name })
    .catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
}

/** Waits until our provisioner has taken over. @returns the uid of the claim's node */
async function carriedOn(era: Era, name: string): Promise<string | undefined> {
  const mark = ['kaito.sh/kaitonodeclass'];
  const { claim, node } = await eventually(async () => {
    const found = { claim: await get(era, name), node: await nodeOf(name) };
    expect(found.claim?.metadata.labels).toHaveProperty(mark, 'default');
    expect(found.node?.metadata.labels).toHaveProperty(mark, 'default');
    return found;
  });
  expect(claim?.status?.conditions?.filter(({ status }) => status !== 'True')).toEqual([]);
  expect(claim?.status?.providerID).toBe(node?.spec?.providerID);
  expect(node?.metadata.ownerReferences).toHaveLength(1);
  return node?.metadata.uid;
}

async function isGone(era: Era, name: string): Promise<void> {
  await eventually(
    async () => {
      expect(await get(era, name)).toBeUndefined();
      expect(await nodeOf(name)).toBeUndefined();
      expect((await stack().emulator.state()).pools.map(pool => pool.name)).not.toContain(name);
    },
    { describe: `${era.kind} ${name}, its node and its pool are gone` },
  );
}

test('what the Go gpu-provisioner left is carried on: no PUT, no DELETE, and it goes when it is told to', async () => {
  const { client, emulator, provisioner, kubectl } = stack();
  await provisioner.kill();
  const names = eras.flatMap(era => [[era, `${era.prefix}byclaim`] as const, [era, `${era.prefix}bynode`] as const]);
  const before = new Map<string, Node>();
  for (const [era, name] of names) before.set(name, await leaveClaimBehind(stack(), era.make(name)));
  await emulator.resetRequests();
  await provisioner.start();
  for (const [era, name] of names) expect(await carriedOn(era, name)).toBe(before.get(name)?.metadata.uid);
  await expectArmRequests(emulator, { 'PUT agentPools': 0, 'DELETE agentPools': 0 });
  await eventually(async () => {
    const told = await kubectl('get', 'events', '-o', 'jsonpath={.items[?(@.reason=="Adopted")].involvedObject.name}');
    expect(told.split(' ').toSorted()).toEqual(names.map(([, name]) => name).toSorted());
  });
  for (const [era, name] of names) {
    if (name.endsWith('byclaim')) await client.delete(era.resource, { name });
    else await client.delete(nodes, { name: before.get(name)?.metadata.name ?? '' });
  }
  for (const [era, name] of names) await isGone(era, name);
  await expectArmRequests(emulator, { 'PUT agentPools': 0, 'DELETE agentPools': 4 });
});

test('a pool of that name which a user made is neither adopted nor removed', async () => {
  const { client, emulator } = stack();
  await emulator.seedPool('users', { vmSize: 'Standard_NC6s_v3', labels: { team: 'x' } });
  await client.create(nodeClaims, aNodeClaim({ metadata: { name: 'users' } }));
  await eventually(async () => {
    const claim = await client.get(nodeClaims, { name: 'users' });
    expect(claim.status?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'PoolNotOwned' });
  });
  await client.delete(nodeClaims, { name: 'users' });
  await eventually(async () => expect(await get(eras[1], 'users')).toBeUndefined());
  expect((await emulator.state()).pools.map(pool => pool.name)).toContain('users');
});
