import { jest } from '@jest/globals';
import { machines, nodeClaims } from '@kaito/crds';
import { aMachine, aNodeClaim, eventually, useStack } from '@kaito/testing';

jest.setTimeout(120_000);

/** vCPUs of Standard_NC6s_v3, which the builders ask for. */
const CORES = 6;
const PLENTY = 100_000;

// Azure's counters lag by seconds here: what they show says little about what was just requested.
const stack = useStack({
  workspace: false,
  settings: { usageLagMs: 2000, quotas: { standardNCSv3Family: 20 * CORES } },
  env: { provisioner: { LEADER_ELECT: 'false', QUOTA_REFRESH: '1s', POLL_IDLE: '5s' } },
});

async function claims() {
  const lists = await Promise.all([stack().client.list(machines), stack().client.list(nodeClaims)]);
  return lists.flatMap(({ items }) => items);
}

type Claim = Awaited<ReturnType<typeof claims>>[number];

const isReady = ({ status }: Claim): boolean =>
  status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false;

function launched({ status }: Claim) {
  return status?.conditions?.find(({ type }) => type.endsWith('Launched'));
}

/** What matchers are given: a message with half a hundred claims takes longer than all else. */
function namesOf(some: readonly Claim[]): readonly string[] {
  return some.map(({ metadata }) => metadata.name);
}

async function expectNone(): Promise<void> {
  await eventually(async () => expect(namesOf(await claims())).toEqual([]), { timeoutMs: 30_000 });
}

async function remove(some: readonly Claim[]): Promise<void> {
  await Promise.all(
    some.map(({ kind, metadata: { name } }) =>
      stack().client.delete(kind === 'Machine' ? machines : nodeClaims, { name }),
    ),
  );
}

/** The PUTs so far, by the status of their answers. */
async function puts(): Promise<Readonly<Record<string, number>>> {
  const { log } = await stack().emulator.requests();
  const answers = log.filter(({ operation }) => operation === 'PUT agentPools').map(({ status }) => String(status));
  return Object.fromEntries([...new Set(answers)].map(status => [status, answers.filter(s => s === status).length]));
}

async function expectReady(count: number): Promise<void> {
  const check = async (): Promise<void> => expect(namesOf((await claims()).filter(isReady))).toHaveLength(count);
  await eventually(check, { timeoutMs: 45_000, describe: `${count} claims are Ready` });
}

async function expectWaiting(count: number): Promise<void> {
  await eventually(
    async () => {
      const waiting = (await claims()).filter(claim => launched(claim)?.reason === 'SubscriptionQuotaReached');
      expect(namesOf(waiting)).toHaveLength(count);
    },
    { timeoutMs: 30_000, describe: `${count} claims wait for cores` },
  );
}

beforeEach(() => stack().emulator.resetRequests());

afterEach(async () => {
  await remove(await claims());
  await expectNone();
  await stack().emulator.clearFaults();
});

test('50 claims racing for quota of 20 make exactly 20 PUTs, none refused; the others say why and start when quota frees', async () => {
  const numbers = Array.from({ length: 25 }, (_, i) => i);
  await Promise.all([
    ...numbers.map(i => stack().client.create(machines, aMachine({ metadata: { name: `m${i}` } }))),
    ...numbers.map(i => stack().client.create(nodeClaims, aNodeClaim({ metadata: { name: `n${i}` } }))),
  ]);
  await expectReady(20);
  await expectWaiting(30);
  expect(await puts()).toEqual({ 201: 20 });
  const [waiting] = (await claims()).filter(claim => !isReady(claim));
  expect(waiting && launched(waiting)).toMatchObject({
    status: waiting?.kind === 'Machine' ? 'False' : 'Unknown',
    message: expect.stringMatching(/needs 6 cores of standardNCSv3Family.* in eastus, 0 of 120 are free: ask for 126/),
  });

  await stack().provisioner.kill();
  await stack().provisioner.start();
  await remove((await claims()).filter(isReady).slice(0, 5));
  await eventually(async () => expect(await puts()).toEqual({ 201: 25 }), { timeoutMs: 90_000 });
  await expectReady(20);
  await expectWaiting(25);
  expect(await puts()).toEqual({ 201: 25 });

  await stack().emulator.configure({ quotas: { standardNCSv3Family: PLENTY } });
  await expectReady(45);
  expect(await puts()).toEqual({ 201: 50 });
});

test('usages that cannot be read hold nobody back', async () => {
  const action = { type: 'respond', status: 500, code: 'InternalServerError', message: 'Something broke.' } as const;
  await stack().emulator.addFault({ match: { route: 'usages' }, times: 'always', action });
  await stack().provisioner.kill();
  await stack().provisioner.start();
  await stack().client.create(machines, aMachine({ metadata: { name: 'open' } }));
  await expectReady(1);
  expect(await puts()).toEqual({ 201: 1 });
});

test('the cap on agent pools is known: refused with a reason before ARM refuses, and over when a pool is gone', async () => {
  await stack().emulator.configure({ poolCap: 3, quotas: { standardNCSv3Family: PLENTY } });
  await stack().provisioner.kill();
  await stack().provisioner.start();
  try {
    for (const name of ['one', 'two', 'three']) {
      await stack().client.create(machines, aMachine({ metadata: { name } }));
    }
    await expectReady(2);
    const last = await eventually(async () => {
      const [found] = (await claims()).filter(claim => launched(claim)?.reason === 'ClusterLimitReached');
      if (!found) throw new Error(JSON.stringify((await claims()).map(launched)));
      return found;
    });
    expect(launched(last)?.message).toContain('0 of 3 are free');
    expect(await puts()).toEqual({ 201: 2 });
    await remove((await claims()).filter(isReady).slice(0, 1));
    await eventually(async () => expect(await puts()).toEqual({ 201: 3 }), { timeoutMs: 30_000 });
  } finally {
    await stack().emulator.configure({ poolCap: 100 });
  }
});
