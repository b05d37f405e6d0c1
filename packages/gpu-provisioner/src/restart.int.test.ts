import { jest } from '@jest/globals';
import { machines, nodeClaims } from '@kaito/crds';
import { nodes } from '@kaito/kube';
import { aMachine, aNodeClaim, eventually, useStack } from '@kaito/testing';

jest.setTimeout(90_000);

// A killed leader's Lease keeps its successor waiting for 15 s; what is tested here comes after that.
const stack = useStack({ workspace: false, env: { provisioner: { LEADER_ELECT: 'false' } } });

/** Long enough for a process to be killed and started again while Azure is at work. */
const SLOW = { nodeRegisterMs: 4000, operationMs: 5000, deleteMs: 4000, nodeRemoveMs: 3000 };

beforeEach(async () => {
  await stack().emulator.configure({ timings: SLOW });
  await stack().emulator.resetRequests();
});

const names = ['one', 'two', 'three'];

async function make(): Promise<void> {
  await Promise.all([
    ...names.map(name => stack().client.create(machines, aMachine({ metadata: { name: `m${name}` } }))),
    ...names.map(name => stack().client.create(nodeClaims, aNodeClaim({ metadata: { name: `n${name}` } }))),
  ]);
}

async function claims() {
  const lists = await Promise.all([stack().client.list(machines), stack().client.list(nodeClaims)]);
  return lists.flatMap(({ items }) => items);
}

async function allReady(): Promise<void> {
  await eventually(
    async () => {
      const all = await claims();
      const ready = all.filter(({ status }) =>
        status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True'),
      );
      expect(ready).toHaveLength(names.length * 2);
    },
    { timeoutMs: 40_000, describe: 'all claims are Ready' },
  );
}

async function removeAll(): Promise<void> {
  const all = await claims();
  await Promise.all(
    all.map(({ kind, metadata: { name } }) =>
      stack().client.delete(kind === 'Machine' ? machines : nodeClaims, { name }),
    ),
  );
}

async function nothingLeft(): Promise<void> {
  await eventually(async () => expect(await claims()).toEqual([]), { timeoutMs: 40_000 });
  const { pools } = await stack().emulator.state();
  expect(pools.filter(({ mode }) => mode !== 'System')).toEqual([]);
  expect((await stack().client.list(nodes, { labelSelector: 'karpenter.sh/registered=true' })).items).toEqual([]);
}

/** Waits until Azure has seen `count` requests of a kind, so that the process dies in the middle of its work. */
async function seen(operation: string, count: number): Promise<void> {
  await eventually(async () => {
    const { counts } = await stack().emulator.requests();
    expect(counts[operation] ?? 0).toBeGreaterThanOrEqual(count);
  });
}

async function crash(): Promise<void> {
  await stack().provisioner.kill();
  await stack().provisioner.start();
}

test('killed while pools are made, and again, it carries on: one pool for each claim', async () => {
  await make();
  await seen('PUT agentPools', 1);
  await crash();
  await seen('PUT agentPools', names.length * 2);
  await crash();
  await allReady();
  const { pools } = await stack().emulator.state();
  expect(
    pools
      .filter(({ mode }) => mode !== 'System')
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(names.flatMap(name => [`m${name}`, `n${name}`]).toSorted());
  const accepted = (await stack().emulator.requests()).log.filter(
    ({ operation, status }) => operation === 'PUT agentPools' && status === 201,
  );
  expect(new Set(accepted.map(({ pool }) => pool)).size).toBe(accepted.length);
});

test('killed while pools are deleted, and again, it leaks none', async () => {
  await removeAll();
  await seen('DELETE agentPools', 1);
  await crash();
  await seen('DELETE agentPools', names.length * 2);
  await crash();
  await expect(nothingLeft()).resolves.toBeUndefined();
});

test('killed while a claim is deleted that was just made, it leaks nothing', async () => {
  await make();
  await seen('PUT agentPools', 2);
  await removeAll();
  await crash();
  await expect(nothingLeft()).resolves.toBeUndefined();
});

test('started while Entra is down, it stays up, says why it is not ready, and carries on when Entra is back', async () => {
  const { emulator, provisioner, client } = stack();
  await emulator.configure({ timings: { nodeRegisterMs: 100, operationMs: 200, deleteMs: 200, nodeRemoveMs: 100 } });
  const action = { type: 'respond', status: 503, code: 'temporarily_unavailable', message: 'Entra is away.' } as const;
  await emulator.addFault({ match: { route: 'token' }, times: 'always', action });
  try {
    await crash();
    await client.create(machines, aMachine({ metadata: { name: 'patient' } }));
    await eventually(async () => {
      const answer = await fetch(provisioner.readyUrl);
      expect(answer.status).not.toBe(200);
      expect(await answer.text()).toContain('cannot sign in to Azure');
    });
    await eventually(async () => {
      const { status } = await client.get(machines, { name: 'patient' });
      expect(status?.conditions?.[0]).toMatchObject({ reason: 'AzureUnavailable', status: 'False' });
    });
  } finally {
    await emulator.clearFaults();
  }
  await provisioner.ready();
  await eventually(
    async () => {
      const { status } = await client.get(machines, { name: 'patient' });
      expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    },
    { timeoutMs: 40_000 },
  );
  await removeAll();
  await nothingLeft();
});

test('a restart among claims that are Ready writes nothing', async () => {
  await stack().emulator.configure({
    timings: { nodeRegisterMs: 100, operationMs: 200, deleteMs: 200, nodeRemoveMs: 100 },
  });
  await make();
  await allReady();
  // What only decorates a claim is written last.
  const before = await eventually(async () => {
    const all = await claims();
    for (const { status } of all) {
      expect(status?.capacity).toHaveProperty(['nvidia.com/gpu']);
    }
    return all.map(({ metadata }) => metadata.resourceVersion);
  });
  await crash();
  await stack().emulator.resetRequests();
  await eventually(async () => {
    const answer = await fetch(stack().provisioner.readyUrl);
    expect(answer.status).toBe(200);
  });
  await stack().client.create(machines, aMachine({ metadata: { name: 'last' } }));
  await eventually(async () => {
    const { status } = await stack().client.get(machines, { name: 'last' });
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });
  const after = (await claims()).filter(({ metadata }) => metadata.name !== 'last');
  expect(after.map(({ metadata }) => metadata.resourceVersion)).toEqual(before);
  await removeAll();
  await nothingLeft();
});
