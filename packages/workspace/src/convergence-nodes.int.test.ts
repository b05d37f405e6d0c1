import { jest } from '@jest/globals';
import { findCondition, labels, machines, workspaces } from '@kaito/crds';
import { nodes } from '@kaito/kube';
import { eventually, expectArmRequests, useStack } from '@kaito/testing';
import { History, type Change } from './history.test-data.ts';
import { a100, h100, key, patient, ServedWorkspaces, serving } from './served-workspaces.test-data.ts';

jest.setTimeout(90_000);

// Without a lease, so that a controller that was killed goes on at once when it is started again.
const getStack = useStack({
  env: { workspace: { LEADER_ELECT: 'false' } },
  settings: { poolCap: 1000, quotas: {} },
});
const ws = new ServedWorkspaces(getStack);

beforeAll(async () => {
  const { client } = getStack();
  for (const name of ['resized', 'scaled']) await client.create(workspaces, serving(name));
});

afterEach(() => getStack().emulator.configure({ timings: { nodeRegisterMs: 100 } }));

/** Runs something while the history of a workspace is written. */
async function withHistory(name: string, run: () => Promise<void>): Promise<History> {
  const history = await History.begin(getStack().client, name);
  try {
    await run();
    return history;
  } finally {
    await history.close();
  }
}

/** Writes down what `WorkspaceReady` is in each version of a workspace, from now until it is stopped. */
async function watchReadiness(
  name: string,
): Promise<{ readonly values: readonly string[]; readonly stop: () => Promise<void> }> {
  const { client } = getStack();
  const { namespace } = key(name);
  const fieldSelector = `metadata.name=${name}`;
  const { resourceVersion } = await client.list(workspaces, { namespace, fieldSelector });
  const values: string[] = [];
  const end = new AbortController();
  const watching = (async (): Promise<void> => {
    const from = { namespace, fieldSelector, resourceVersion, signal: end.signal };
    for await (const event of client.watch(workspaces, from)) {
      if (event.type !== 'BOOKMARK') values.push(findCondition(event.object, 'WorkspaceReady')?.status ?? '');
    }
  })().catch((error: unknown) => {
    if (!end.signal.aborted) throw error;
  });
  const stop = async (): Promise<void> => {
    end.abort();
    await watching;
  };
  return { values, stop };
}

/** The one claim that a workspace has in the end, other than the one that it had. */
function untilReplaced(name: string, old: readonly string[]): Promise<void> {
  const check = async (): Promise<void> => {
    const claims = await ws.claimsOf(name);
    expect(claims).toHaveLength(1);
    expect(old).not.toContain(claims[0]);
    expect(await ws.poolsOf(name)).toHaveLength(1);
  };
  return eventually(check, { ...patient, describe: `${name} has only its new node`, dump: getStack().dump });
}

/** Of a move to one new node: it was ready before the pod went, and the old claim stayed until it was gone. */
function expectNewBeforeOld(history: History, old: readonly string[]): void {
  const changes = history.changes();
  const isOld = ({ name }: Change): boolean => old.some(claim => name.includes(claim));
  const nodeUp = changes.find(change => change.kind === 'Node' && change.up && !isOld(change));
  const podDown = changes.find(change => change.kind === 'Pod' && !change.up);
  const podGone = changes.find(change => change.kind === 'Pod' && change.gone);
  const claimDown = changes.find(change => change.kind === 'Machine' && !change.up);
  const order = [nodeUp, podDown, podGone, claimDown].map(change => change?.version ?? 0);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order).not.toContain(0);
  expect(history.most('Machine')).toBe(2);
}

describe('an edit of the size', () => {
  it('has the new node ready before it takes the pod from the old one', async () => {
    const { client, emulator } = getStack();
    await ws.served('resized');
    const old = await ws.claimsOf('resized');
    await emulator.configure({ timings: { nodeRegisterMs: 1000 } });
    const history = await withHistory('resized', async () => {
      await client.patch(workspaces, key('resized'), { resource: { instanceType: h100 } });
      const conditions = [
        { type: 'NodesReady', status: 'False' },
        { type: 'ResourceReady', status: 'True', message: expect.stringMatching(`until the move to 1 × ${h100}`) },
      ].map(condition => expect.objectContaining(condition));
      await ws.untilSaid('resized', { state: 'Ready', revision: 2, conditions: expect.arrayContaining(conditions) });
      const { workspace, pods: own } = await ws.servedAt('resized', 2);
      expect(workspace.status?.plan?.instanceType).toBe(h100);
      expect(workspace.status?.lastChange?.fields).toEqual([{ field: 'resource.instanceType', impact: 'newNodes' }]);
      const node = await client.get(nodes, { name: own[0]?.spec?.nodeName ?? '' });
      expect(node.metadata.labels?.[labels.instanceType]).toBe(h100);
      await untilReplaced('resized', old);
    });
    expectNewBeforeOld(history, old);
  });

  it('goes on when the controller dies in the middle, with no claim too many', async () => {
    const { client, emulator, workspace: controller, dump } = getStack();
    const old = await ws.claimsOf('resized');
    await emulator.resetRequests();
    const history = await withHistory('resized', async () => {
      await client.patch(workspaces, key('resized'), { resource: { instanceType: a100 } });
      await eventually(async () => expect(await ws.claimsOf('resized')).toHaveLength(2), { dump });
      await controller.kill('SIGKILL');
      await controller.start();
      await ws.servedAt('resized', 3);
      await untilReplaced('resized', old);
    });
    expectNewBeforeOld(history, old);
    await expectArmRequests(emulator, { 'PUT agentPools': 1, 'DELETE agentPools': 1 });
  });
});

describe('an edit of the capacity type', () => {
  it.each([
    ['spot', 4],
    ['on-demand', 5],
  ] as const)('has the new node ready first, though it is of the same size: %s', async (capacityType, revision) => {
    const { client, emulator } = getStack();
    await emulator.configure({ timings: { nodeRegisterMs: 1000 } });
    const old = await ws.claimsOf('resized');
    const history = await withHistory('resized', async () => {
      const { workspace, pods: own } = await ws.edit('resized', { resource: { capacityType } });
      expect(workspace.status).toMatchObject({ revision, plan: { capacityType } });
      await untilReplaced('resized', old);
      const node = await client.get(nodes, { name: own[0]?.spec?.nodeName ?? '' });
      expect(node.metadata.labels?.[labels.capacityType]).toBe(capacityType);
    });
    expectNewBeforeOld(history, old);
  });
});

describe('an edit that is taken back in time', () => {
  it('touches nothing that runs, and leaves no claim behind', async () => {
    const { client, emulator } = getStack();
    const before = await ws.served('resized');
    const old = await ws.claimsOf('resized');
    await emulator.configure({ timings: { nodeRegisterMs: 60_000 } });
    await client.patch(workspaces, key('resized'), { resource: { instanceType: h100 } });
    await eventually(async () => expect(await ws.claimsOf('resized')).toHaveLength(2), { dump: getStack().dump });
    await ws.untilSaid('resized', { revision: (before.workspace.status?.revision ?? 0) + 1 });
    const after = await ws.edit('resized', { resource: { instanceType: a100 } });
    await eventually(async () => expect(await ws.claimsOf('resized')).toEqual(old), {
      ...patient,
      dump: getStack().dump,
    });
    expect(after.uids).toEqual(before.uids);
    expect(after.digest).toBe(before.digest);
  });
});

describe('an edit to a size that cannot be', () => {
  it('is told, while what runs serves on, and is forgotten when it is put right', async () => {
    const { client } = getStack();
    const before = await ws.served('resized');
    const claims = await ws.claimsOf('resized');
    await client.patch(workspaces, key('resized'), { resource: { instanceType: 'Standard_NC6_v9' } });
    const served = {
      type: 'InferenceReady',
      status: 'True',
      message: expect.stringMatching(/the change is refused:.*NC6_v9/),
    };
    const refused = { type: 'Planned', status: 'False', reason: 'InstanceTypeUnknown' };
    const { revision = 0 } = before.workspace.status ?? {};
    await ws.untilSaid('resized', {
      revision,
      conditions: expect.arrayContaining([served, refused].map(condition => expect.objectContaining(condition))),
    });
    expect((await ws.now('resized', before.workspace)).uids).toEqual(before.uids);
    expect(await ws.claimsOf('resized')).toEqual(claims);
    // A node that is lost meanwhile is had again, in the size of before.
    const claim = { name: claims[0] ?? '' };
    const { metadata } = await client.get(machines, claim);
    await client.delete(machines, claim);
    await eventually(async () => {
      const again = await client.get(machines, claim);
      expect(again.metadata.uid).not.toBe(metadata.uid);
    }, patient);
    await ws.untilSaid('resized', { conditions: expect.arrayContaining([expect.objectContaining(served)]) });
    await client.patch(workspaces, key('resized'), { resource: { instanceType: a100 } });
    const after = await ws.servedAt('resized', revision);
    const node = await client.get(nodes, { name: after.pods[0]?.spec?.nodeName ?? '' });
    expect(node.metadata.labels?.[labels.instanceType]).toBe(a100);
    expect(await ws.claimsOf('resized')).toHaveLength(1);
  });
});

describe('an edit of the count', () => {
  it('adds nodes and pods, and takes the last ones away, while the others serve on', async () => {
    const one = await ws.served('scaled');
    const three = await ws.edit('scaled', { resource: { count: 3 } });
    expect(three.uids).toHaveLength(3);
    expect(three.uids[0]).toBe(one.uids[0]);
    expect(three.workspace.status?.lastChange?.fields).toEqual([{ field: 'resource.count', impact: 'newNodes' }]);
    const history = await withHistory('scaled', async () => {
      const { values, stop } = await watchReadiness('scaled');
      const two = await ws.edit('scaled', { resource: { count: 2 } });
      await eventually(async () => expect(await ws.claimsOf('scaled')).toHaveLength(2), patient);
      expect((await ws.now('scaled', two.workspace)).uids).toEqual(three.uids.slice(0, 2));
      await ws.untilSaid('scaled', {
        workerNodes: three.pods
          .slice(0, 2)
          .map(({ spec }) => spec?.nodeName ?? '')
          .toSorted(),
      });
      await stop();
      expect(values.length).toBeGreaterThan(0);
      expect(new Set(values)).toEqual(new Set(['True']));
    });
    const went = history.changes().filter(({ kind, up }) => kind === 'Pod' && !up);
    expect(new Set(went.map(({ name }) => name))).toEqual(new Set(['scaled-2']));
  });
});

describe('a deletion in the middle of a move', () => {
  it('gives back the old node and the new one', async () => {
    const { client, emulator, dump } = getStack();
    await ws.served('resized');
    await emulator.configure({ timings: { nodeRegisterMs: 60_000 } });
    await client.patch(workspaces, key('resized'), { resource: { instanceType: h100 } });
    await eventually(async () => expect(await ws.claimsOf('resized')).toHaveLength(2), { dump });
    await client.delete(workspaces, key('resized'));
    await eventually(
      async () => {
        expect((await client.list(workspaces)).items.map(({ metadata }) => metadata.name)).not.toContain('resized');
        expect(await ws.claimsOf('resized')).toEqual([]);
        expect(await ws.poolsOf('resized')).toEqual([]);
      },
      { ...patient, describe: 'nothing of it is left', dump },
    );
  });
});
