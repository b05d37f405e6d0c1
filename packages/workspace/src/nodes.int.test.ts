import { jest } from '@jest/globals';
import {
  allowedValues,
  annotations,
  instanceTypesUnavailableMessage,
  labels,
  machines,
  workspaces,
  type Workspace,
} from '@kaito/crds';
import { events, ignoreNotFound, nodes, pods } from '@kaito/kube';
import { aPod, eventually, expectArmRequests, useStack, type Overrides } from '@kaito/testing';
import { namespace, WorkspaceBench } from './workspace-bench.test-data.ts';

jest.setTimeout(120_000);

// Without a lease, so that a controller goes on at once when it is started again; what Azure refused and what vanished is noticed in seconds.
const stack = useStack({
  env: {
    workspace: { LEADER_ELECT: 'false' },
    provisioner: {
      LEADER_ELECT: 'false',
      SKU_MEMORY: '500ms',
      QUOTA_MEMORY: '2s',
      QUOTA_REFRESH: '1s',
      GC_INTERVAL: '1s',
      GC_GRACE: '1s',
      POLL_IDLE: '1s',
    },
  },
});
const bench = new WorkspaceBench(stack);

const oneA100 = 'Standard_NC24ads_A100_v4';
const oneA10 = 'Standard_NV36ads_A10_v5';
/** Fits on one A100, and takes two A10. */
const phi4: Overrides<Workspace> = { inference: { preset: { name: 'phi-4' } } };

/** From now on Azure does not sell the size to the subscription. */
const refuse = (vmSize: string) =>
  stack().emulator.addAllocationRule({ vmSize, code: 'SkuNotAvailable', mode: 'request' });

const reservation = async (name: string) => {
  const { metadata } = await bench.node(name);
  return {
    workspace: metadata.labels?.[labels.workspace],
    namespace: metadata.labels?.[labels.workspaceNamespace],
    by: metadata.annotations?.[annotations.reservedBy],
  };
};
const reservedFor = (name: string) => ({ workspace: name, namespace, by: `${namespace}/${name}` });
const nobody = { workspace: undefined, namespace: undefined, by: undefined };

async function eventReasons(name: string): Promise<readonly string[]> {
  const { items } = await stack().client.list(events, { namespace, fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason }) => reason ?? '');
}

/** The only claim of a workspace. */
async function onlyClaim(name: string) {
  const [claim = ''] = await bench.settledClaims(name, 1);
  return stack().client.get(machines, { name: claim });
}

const free: string[] = [];
async function addNode(...node: Parameters<typeof bench.addNode>): Promise<void> {
  free.push(node[0]);
  await bench.addNode(...node);
}

beforeEach(() => stack().emulator.resetRequests());

afterEach(async () => {
  const { client, emulator } = stack();
  await emulator.clearAllocationRules();
  await emulator.configure({ quotas: { cores: 1_000_000 } });
  const { items } = await client.list(workspaces, { namespace });
  await Promise.all(items.map(({ metadata }) => bench.remove(metadata.name)));
  await Promise.all(free.splice(0).map(name => ignoreNotFound(client.delete(nodes, { name }))));
});

describe('nodes that are there already', () => {
  it('are used before a machine is asked for, kept from others, and given back', async () => {
    await addNode('idle', 'found');
    await bench.create('found');
    const { status } = await bench.untilReady('found');
    expect(status).toMatchObject({ state: 'Ready', workerNodes: ['idle'] });
    expect(await reservation('idle')).toEqual(reservedFor('found'));
    expect(await bench.nodesOfPods('found')).toEqual(['idle']);
    expect(await bench.claims('found')).toEqual([]);
    await eventually(async () => expect(await eventReasons('found')).toContain('NodeReserved'));
    const before = await bench.node('idle');

    await bench.remove('found');
    await eventually(async () => expect(await reservation('idle')).toEqual(nobody));
    const after = await bench.node('idle');
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.labels).toMatchObject({ apps: 'found', [labels.instanceType]: 'Standard_NC6s_v3' });
    await expectArmRequests(stack().emulator, { 'PUT agentPools': 0 });
  });

  it('are taken in the order in which the user prefers them', async () => {
    await addNode('a-node', 'choosy');
    await addNode('b-node', 'choosy');
    await bench.create('choosy', { resource: { preferredNodes: ['gone', 'b-node'] } });
    const { status } = await bench.untilReady('choosy');
    expect(status?.workerNodes).toEqual(['b-node']);
    expect(await reservation('a-node')).toEqual(nobody);
  });

  it('go to one of two workspaces that want the same, and the other gets a machine', async () => {
    await addNode('contested', 'both');
    const resource = { labelSelector: { matchLabels: { apps: 'both' } } };
    const names = ['first', 'second'];
    await Promise.all(names.map(name => bench.create(name, { resource })));
    const ready = await Promise.all(names.map(name => bench.untilReady(name)));
    const used = ready.flatMap(({ status }) => status?.workerNodes ?? []);
    expect(new Set(used).size).toBe(2);
    expect(used).toContain('contested');
    const winner = names[ready.findIndex(({ status }) => status?.workerNodes?.includes('contested'))] ?? '';
    expect(await reservation('contested')).toEqual(reservedFor(winner));
    expect(await bench.nodesOfPods(winner)).toEqual(['contested']);
    const claims = await Promise.all(names.map(name => bench.claims(name)));
    expect(claims.flat()).toHaveLength(1);
    await expectArmRequests(stack().emulator, { 'PUT agentPools': 1 });
  });

  it('are passed over where somebody computes on them', async () => {
    await addNode('in-use', 'late');
    const limits = { 'nvidia.com/gpu': '1' };
    const container = { name: 'main', image: 'example.com/image:1', resources: { limits } };
    const other = aPod({ metadata: { name: 'other' }, spec: { nodeName: 'in-use', containers: [container] } });
    await stack().client.create(pods, other);
    await bench.create('late', { resource: { count: 1 } });
    await bench.untilReady('late');
    expect(await reservation('in-use')).toEqual(nobody);
    await bench.settledClaims('late', 1);
    await stack().client.delete(pods, { name: 'other', namespace }, { gracePeriodSeconds: 0 });
  });

  it('take the place of a machine that cannot be had', async () => {
    const { emulator } = stack();
    const { usage } = await emulator.state();
    await emulator.configure({ quotas: { cores: (usage['cores'] ?? 0) + 4 } });
    await bench.create('short');
    await bench.until('short', 'waits for quota', ({ status }) => {
      expect(status?.diagnosis?.cause).toBe('QuotaExceeded');
    });
    await addNode('helper', 'short');
    const { status } = await bench.untilReady('short');
    expect(status?.workerNodes).toEqual(['helper']);
    await eventually(async () => expect(await bench.claims('short')).toEqual([]));
  });

  it('are used on an alternative too, and where the size was left open', async () => {
    await addNode('cheaper', 'ladder');
    await addNode('picked', 'open', oneA10);
    await refuse(oneA100);
    await Promise.all([
      bench.create('ladder', {
        resource: { instanceType: oneA100, alternatives: [{ instanceType: 'Standard_NC6s_v3' }] },
      }),
      bench.create('open', { resource: { instanceType: undefined } }),
    ]);
    const [ladder, open] = await Promise.all(['ladder', 'open'].map(name => bench.untilReady(name)));
    expect(ladder?.status).toMatchObject({ plan: { rung: 1 }, workerNodes: ['cheaper'] });
    expect(open?.status).toMatchObject({ plan: { instanceType: oneA10 }, workerNodes: ['picked'] });
    // A claim that was refused is still being taken down when the node is taken.
    await eventually(async () => {
      expect(await bench.claims('ladder')).toEqual([]);
      expect(await bench.claims('open')).toEqual([]);
    });
    const { pools } = await stack().emulator.state();
    expect(pools.filter(({ labels: own }) => own[labels.workspace])).toEqual([]);
  });
});

describe('a ladder of sizes', () => {
  it('goes on where a size is refused, plans the next one anew, and begins at the top after an edit', async () => {
    await refuse(oneA100);
    const resource = { instanceType: oneA100, alternatives: [{ instanceType: oneA10 }] };
    await bench.create('stairs', { ...phi4, resource });
    const { status } = await bench.untilReady('stairs');
    expect(status?.plan).toMatchObject({
      rung: 1,
      instanceType: oneA10,
      nodeCount: 2,
      parallelism: { tensor: 1, pipeline: 2, data: 1 },
      reason: expect.stringContaining('resource.alternatives[0]'),
    });
    expect(status).toMatchObject({ targetNodeCount: 2 });
    expect(status?.workerNodes).toHaveLength(2);
    expect(status?.plan?.candidates?.[0]).toMatchObject({ instanceType: oneA10, verdict: 'chosen', nodeCount: 2 });
    const before = await bench.settledClaims('stairs', 2);
    const { items } = await stack().client.list(events, { namespace, fieldSelector: 'involvedObject.name=stairs' });
    const told = items.find(({ reason }) => reason === 'AlternativeTried');
    expect(told?.message).toContain(instanceTypesUnavailableMessage);
    expect(told?.message).toMatch(new RegExp(`${oneA100} cannot be had.*2 × ${oneA10}`));

    // What was learnt stays when the controller starts anew, though the first size could be had now.
    await stack().emulator.clearAllocationRules();
    await stack().workspace.stop();
    await stack().workspace.start();
    await stack().workspace.ready();
    const annotated = { metadata: { annotations: { 'example.com/seen': 'after the restart' } } };
    await stack().client.patch(workspaces, { name: 'stairs', namespace }, annotated);
    const same = await bench.untilReady('stairs');
    expect(same.status?.plan).toEqual(status?.plan);
    expect(await bench.claims('stairs')).toEqual(before);

    const edit = { resource: { ...resource, deadline: '20m' } };
    await stack().client.patch(workspaces, { name: 'stairs', namespace }, edit);
    const top = await bench.until('stairs', 'is back at the top', async workspace => {
      expect(workspace.status?.plan).toMatchObject({ rung: 0, instanceType: oneA100, nodeCount: 1 });
      expect(workspace.status?.workerNodes).toHaveLength(1);
      expect(await bench.claims('stairs')).toHaveLength(1);
      return workspace;
    });
    expect(allowedValues((await onlyClaim('stairs')).spec?.requirements, labels.instanceType)).toEqual([oneA100]);
    await bench.untilReady('stairs');
    expect(await bench.nodesOfPods('stairs')).toEqual(top.status?.workerNodes);
  });

  it('stays on its last step, and says why', async () => {
    await refuse(oneA100);
    await refuse(oneA10);
    await bench.create('dead-end', {
      ...phi4,
      resource: { instanceType: oneA100, alternatives: [{ instanceType: oneA10 }] },
    });
    const { status } = await bench.until('dead-end', 'is refused on its last step', workspace => {
      expect(workspace.status?.plan?.rung).toBe(1);
      const machine = workspace.status?.conditions?.find(({ type }) => type === 'MachineReady');
      expect(machine?.message).toContain(instanceTypesUnavailableMessage);
      expect(machine?.message).toContain(oneA10);
      expect(workspace.status?.diagnosis).toBeDefined();
      return workspace;
    });
    expect(status?.diagnosis).toMatchObject({ nextStep: expect.any(String), mover: expect.any(String) });
    await bench.settledClaims('dead-end', 2);
  });
});

describe('a size that is left open', () => {
  it('is picked, and picked again when it is refused; a choice outlives the controller', async () => {
    await refuse(oneA10);
    await bench.create('open', { resource: { instanceType: undefined } });
    const { status } = await bench.untilReady('open');
    const picked = status?.plan?.instanceType;
    expect(picked).not.toBe(oneA10);
    expect(status?.plan?.candidates?.map(({ instanceType }) => instanceType)).toContain(oneA10);
    const before = await bench.settledClaims('open', 1);
    await stack().emulator.clearAllocationRules();
    await stack().workspace.stop();
    await stack().workspace.start();
    await stack().workspace.ready();
    const annotated = { metadata: { annotations: { 'example.com/seen': 'after the restart' } } };
    const { metadata } = await stack().client.patch(workspaces, { name: 'open', namespace }, annotated);
    await bench.create('other', {});
    await bench.untilReady('other');
    const after = await bench.untilReady('open');
    expect(after.status?.plan).toMatchObject({ instanceType: picked, since: status?.plan?.since });
    expect(after.metadata.uid).toBe(metadata.uid);
    expect(await bench.claims('open')).toEqual(before);
  });
});

describe('spot machines', () => {
  it('are asked for by name, tolerated by the pods, and replaced when Azure takes them back', async () => {
    await bench.create('cheap', { resource: { capacityType: 'spot' } });
    const { status } = await bench.untilReady('cheap');
    expect(status?.plan).toMatchObject({ capacityType: 'spot' });
    const claim = await onlyClaim('cheap');
    expect(allowedValues(claim.spec?.requirements, labels.capacityType)).toEqual(['spot']);
    const key = 'kubernetes.azure.com/scalesetpriority';
    const [node = ''] = status?.workerNodes ?? [];
    const { spec } = await bench.node(node);
    expect(spec?.taints).toContainEqual(expect.objectContaining({ key, value: 'spot' }));
    const [pod] = await bench.pods('cheap');
    expect(pod?.spec?.tolerations).toContainEqual(expect.objectContaining({ key, value: 'spot' }));

    await stack().emulator.evict(claim.metadata.name);
    await bench.until('cheap', 'its machine is replaced', async () => {
      const now = await onlyClaim('cheap');
      expect(now.metadata.uid).not.toBe(claim.metadata.uid);
    });
    // That it is ready may be said of the machine before.
    await eventually(async () => {
      const replaced = await onlyClaim('cheap');
      expect(await bench.nodesOfPods('cheap')).toEqual([replaced.status?.nodeName]);
      const { pools } = await stack().emulator.state();
      expect(pools.filter(pool => pool.labels[labels.workspace] === 'cheap')).toEqual([
        expect.objectContaining({ name: replaced.metadata.name, priority: 'Spot' }),
      ]);
    });
    await bench.untilReady('cheap');
  });

  it('are not what a workspace gets that did not ask', async () => {
    await bench.create('plain');
    await bench.untilReady('plain');
    const { pools } = await stack().emulator.state();
    expect(pools.filter(pool => pool.labels[labels.workspace] === 'plain')).toMatchObject([{ priority: 'Regular' }]);
    const [pod] = await bench.pods('plain');
    expect(pod?.spec?.tolerations?.map(({ key }) => key)).not.toContain('kubernetes.azure.com/scalesetpriority');
  });
});
