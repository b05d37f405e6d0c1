import { jest } from '@jest/globals';
import { findCondition, isTrue, labels, machines, nodeClaims, workspaces, type Workspace } from '@kaito/crds';
import { ignoreNotFound, nodes, pods, services, statefulSets, type Pod } from '@kaito/kube';
import { eventually, expectArmRequests, leaveClaimBehind, useStack } from '@kaito/testing';
import { kaitoClaim, leaveWorkloadBehind } from './kaito.test-data.ts';

jest.setTimeout(120_000);

const election = { LEADER_ELECT: 'false' };
const getStack = useStack({
  env: { provisioner: election, workspace: { ...election, KAITO_NODE_PROVISIONER: 'nodeclaim' } },
});
const name = 'from-kaito';
const namespace = 'default';
const key = { name, namespace };
const waiting = { timeoutMs: 60_000 };

function untilReady(check: (workspace: Workspace) => void = () => undefined, of = name): Promise<Workspace> {
  const { client, dump } = getStack();
  return eventually(
    async () => {
      const workspace = await client.get(workspaces, { name: of, namespace });
      expect(findCondition(workspace, 'WorkspaceReady')?.message).toBeDefined();
      expect(isTrue(workspace, 'WorkspaceReady')).toBe(true);
      check(workspace);
      return workspace;
    },
    { ...waiting, describe: `${of} is ready`, dump },
  );
}

async function thePod(): Promise<Pod> {
  const { items } = await getStack().client.list(pods, { namespace, labelSelector: `${labels.workspace}=${name}` });
  const [pod] = items;
  if (!pod || items.length > 1 || findCondition(pod, 'Ready')?.status !== 'True') {
    throw new Error(`there are ${items.length} pods, or one that is not ready`);
  }
  return pod;
}

test('a workspace of KAITO’s is taken over with node, pod and address as they are; an edit makes it ours, and it goes whole', async () => {
  const { client, emulator, provisioner, workspace, kubectl } = getStack();
  await Promise.all([provisioner.kill(), workspace.kill()]);
  const node = await leaveClaimBehind(getStack(), kaitoClaim(name));
  await leaveWorkloadBehind(client, name, [node]);
  const pod = await eventually(thePod, waiting);
  const before = await client.get(services, key);
  await emulator.resetRequests();
  await Promise.all([provisioner.start(), workspace.start()]);

  const taken = await untilReady(({ status }) => expect(status?.plan?.instanceType).toBeDefined());
  expect(taken.status).not.toHaveProperty('lastChange');
  await eventually(async () => {
    expect(await kubectl('get', 'events', '-o', 'jsonpath={.items[*].reason}')).toContain('TakenOver');
    const service = await client.get(services, key);
    expect(service.spec).toMatchObject({
      clusterIP: before.spec?.clusterIP,
      selector: { [labels.workspace]: name },
      ports: [expect.objectContaining({ port: 80, targetPort: 5000 })],
    });
    expect(service.spec?.publishNotReadyAddresses ?? false).toBe(false);
    expect(Object.keys(service.spec?.selector ?? {})).toEqual([labels.workspace]);
  }, waiting);
  expect((await thePod()).metadata.uid).toBe(pod.metadata.uid);
  const workload = await client.get(statefulSets, key);
  expect(workload.metadata.generation).toBe(1);
  const { items: claims } = await client.list(nodeClaims);
  expect(claims.map(({ metadata }) => metadata.name)).toEqual([kaitoClaim(name).metadata.name]);
  expect((await client.list(machines)).items).toEqual([]);
  await expectArmRequests(emulator, { 'PUT agentPools': 0, 'DELETE agentPools': 0 });

  const adapters = [{ source: { name: 'an-adapter', image: 'registry.example/adapter:1' } }];
  await client.patch(workspaces, key, { inference: { adapters } });
  await eventually(async () => {
    const { metadata, spec } = await thePod();
    expect(metadata.uid).not.toBe(pod.metadata.uid);
    expect(spec?.nodeName).toBe(node.metadata.name);
    expect(spec?.automountServiceAccountToken).toBe(false);
    expect(spec?.containers[0]?.command?.join(' ')).not.toContain('trust-remote-code');
    expect(spec?.containers[0]?.env?.map(entry => entry.name) ?? []).not.toContain('KAITO_PROCESSOR');
    expect(spec?.tolerations?.map(toleration => toleration.key)).not.toContain('kubernetes.azure.com/scalesetpriority');
  }, waiting);
  const edited = await untilReady();
  expect(edited.status?.lastChange?.fields?.map(({ field }) => field)).toEqual(['inference.adapters']);
  await expectArmRequests(emulator, { 'PUT agentPools': 0, 'DELETE agentPools': 0 });

  await client.delete(workspaces, key);
  await eventually(async () => {
    expect(await ignoreNotFound(client.get(workspaces, key))).toBeUndefined();
    expect((await client.list(nodeClaims)).items).toEqual([]);
    expect((await client.list(nodes, { labelSelector: `${labels.workspace}=${name}` })).items).toEqual([]);
    expect((await emulator.state()).pools.map(pool => pool.name)).not.toContain(kaitoClaim(name).metadata.name);
  }, waiting);
});

test('where KAITO counts nodes otherwise, none is bought and none given up before an edit', async () => {
  const { client, emulator, provisioner, workspace } = getStack();
  await Promise.all([provisioner.kill(), workspace.kill()]);
  const two = 'two-nodes';
  const claims = [kaitoClaim(two, 0), kaitoClaim(two, 1)];
  const found = await Promise.all(claims.map(claim => leaveClaimBehind(getStack(), claim)));
  await leaveWorkloadBehind(client, two, found);
  await emulator.resetRequests();
  await Promise.all([provisioner.start(), workspace.start()]);
  const { status } = await untilReady(({ status: seen }) => expect(seen?.plan?.nodeCount).toBe(2), two);
  expect(status?.plan?.warnings).toContainEqual(expect.stringContaining('KAITO made 2 nodes'));
  await expectArmRequests(emulator, { 'PUT agentPools': 0, 'DELETE agentPools': 0 });

  await client.patch(
    workspaces,
    { name: two, namespace },
    { metadata: { annotations: { 'kaito.sh/performance-mode': 'throughput' } } },
  );
  await untilReady(({ status: seen }) => expect(seen?.plan?.nodeCount).toBe(1), two);
  await eventually(async () => expect((await client.list(nodeClaims)).items).toHaveLength(1), waiting);
});
