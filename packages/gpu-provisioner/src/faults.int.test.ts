import { jest } from '@jest/globals';
import { instanceTypesUnavailableMessage, labels, machines } from '@kaito/crds';
import type { MachineCondition } from '@kaito/crds';
import type { FaultSpec } from '@kaito/emulator';
import { ignoreNotFound } from '@kaito/kube';
import { aMachine, eventually, expectArmRequests, useStack } from '@kaito/testing';

jest.setTimeout(90_000);

const stack = useStack({ workspace: false });

afterEach(async () => {
  await stack().emulator.clearFaults();
  // A test that failed must not spoil the next one.
  const { items } = await stack().client.list(machines);
  await Promise.all(items.map(({ metadata: { name } }) => remove(name)));
  await stack().emulator.resetRequests();
});

const make = (name: string) => stack().client.create(machines, aMachine({ metadata: { name } }));
const onPut = (action: FaultSpec['action'], times: FaultSpec['times'] = 1): FaultSpec => ({
  match: { method: 'PUT', route: 'agentPools' },
  times,
  action,
});

async function launched(name: string): Promise<MachineCondition | undefined> {
  const { status } = await stack().client.get(machines, { name });
  return status?.conditions?.find(({ type }) => type === 'MachineLaunched');
}

async function isReady(name: string, timeoutMs?: number): Promise<void> {
  const check = async (): Promise<void> => {
    const { status } = await stack().client.get(machines, { name });
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') throw new Error(JSON.stringify(status?.conditions));
  };
  await eventually(check, { describe: `${name} is Ready`, ...(timeoutMs !== undefined && { timeoutMs }) });
}

async function remove(name: string): Promise<void> {
  await ignoreNotFound(stack().client.delete(machines, { name }));
  await eventually(async () => {
    const left = await ignoreNotFound(stack().client.get(machines, { name }));
    if (left) throw new Error(JSON.stringify(left));
  });
}

async function pools(): Promise<readonly string[]> {
  return (await stack().emulator.state()).pools.map(({ name }) => name);
}

describe('ARM refuses a create', () => {
  test('with 500: tried again, one pool', async () => {
    const action = { type: 'respond', status: 500, code: 'InternalServerError', message: 'Something broke.' } as const;
    await stack().emulator.addFault(onPut(action));
    await make('err500');
    await isReady('err500');
    const { counts } = await stack().emulator.requests();
    expect(counts['PUT agentPools']).toBe(2);
    await remove('err500');
  });

  test('with 429: waits as long as Retry-After says, and says so', async () => {
    const message = 'Too many requests.';
    const action = { type: 'respond', status: 429, code: 'TooManyRequests', message, retryAfterSeconds: 3 } as const;
    await stack().emulator.addFault(onPut(action));
    await make('err429');
    await eventually(async () =>
      expect(await launched('err429')).toMatchObject({
        status: 'False',
        reason: 'Throttled',
        message: expect.stringContaining('3 s'),
      }),
    );
    await isReady('err429');
    const puts = (await stack().emulator.requests()).log.filter(({ operation }) => operation === 'PUT agentPools');
    expect(puts.map(({ status }) => status)).toEqual([429, 201]);
    expect((puts[1]?.at ?? 0) - (puts[0]?.at ?? 0)).toBeGreaterThanOrEqual(3000);
    await remove('err429');
  });

  test('with 409 because another operation runs: tried again after a while, and nothing is lost', async () => {
    const message = 'Operation is not allowed: Another agentpool operation (other - Creating) is in progress.';
    await stack().emulator.addFault(onPut({ type: 'respond', status: 409, code: 'OperationNotAllowed', message }));
    await make('err409');
    await eventually(async () =>
      expect(await launched('err409')).toMatchObject({
        reason: 'OperationInProgress',
        message: expect.stringContaining(message),
      }),
    );
    await isReady('err409', 30_000);
    await expectArmRequests(stack().emulator, { 'PUT agentPools': 2 });
    await remove('err409');
  });

  test('for quota that the counters did not show: what Azure said is on the claim, and it is not asked again and again', async () => {
    const message =
      'Insufficient vcpu quota requested 12, remaining 0 for family standardNCSv3Family for region eastus.';
    const code = 'ErrCode_InsufficientVCPUQuota';
    await stack().emulator.addFault(onPut({ type: 'respond', status: 400, code, message, shape: 'flat' }, 'always'));
    const requirements = [{ key: labels.instanceType, operator: 'In', values: ['Standard_NC12s_v3'] }];
    await stack().client.create(machines, aMachine({ metadata: { name: 'noquota' }, spec: { requirements } }));
    const refusal = await eventually(async () => {
      const found = await launched('noquota');
      if (!found?.message?.includes(instanceTypesUnavailableMessage)) throw new Error(JSON.stringify(found));
      return found;
    });
    expect(refusal).toMatchObject({
      status: 'False',
      reason: 'SubscriptionQuotaReached',
      message: expect.stringMatching(/Standard_NC12s_v3 is left alone until .* Insufficient vcpu quota requested 12/),
    });
    await expectArmRequests(stack().emulator, { 'PUT agentPools': 1 });
    await remove('noquota');
  });

  test('as a wrong request: final, with what Azure said', async () => {
    const message = 'The value of parameter agentPoolProfile.osDiskSizeGB is invalid.';
    await stack().emulator.addFault(onPut({ type: 'respond', status: 400, code: 'InvalidParameter', message }));
    await make('badspec');
    await eventually(async () =>
      expect(await launched('badspec')).toMatchObject({
        status: 'False',
        reason: 'InvalidSpec',
        message: expect.stringMatching(/osDiskSizeGB is invalid.*until the claim changes/),
      }),
    );
    await remove('badspec');
  });
});

describe('the answer to a create is lost', () => {
  test.each([
    ['before it took effect', 'reset1', false],
    ['after it took effect', 'reset2', true],
  ])('%s: one pool, and the claim becomes Ready', async (_, name, effect) => {
    await stack().emulator.addFault(onPut({ type: 'reset', effect }));
    await make(name);
    await isReady(name);
    expect((await pools()).filter(pool => pool === name)).toEqual([name]);
    const { log } = await stack().emulator.requests();
    expect(
      log.filter(({ operation, status }) => operation === 'PUT agentPools' && status === 201).length,
    ).toBeLessThanOrEqual(1);
    await remove(name);
    expect(await pools()).not.toContain(name);
  });
});

describe('a pool that fails after it was accepted', () => {
  test('is deleted, its cause is on the claim, and it is made again', async () => {
    const message = 'The agent pool could not be reconciled: the CSE ended with exit code 84.';
    const failure = { type: 'failOperation', code: 'VMExtensionProvisioningError', message, afterMs: 100 } as const;
    await stack().emulator.addFault(onPut(failure));
    await make('failsonce');
    await eventually(async () =>
      expect(await launched('failsonce')).toMatchObject({
        status: 'False',
        reason: 'NodeProvisioningFailed',
        message: expect.stringContaining('exit code 84'),
      }),
    );
    await eventually(async () => expect(await pools()).not.toContain('failsonce'));
    await isReady('failsonce', 60_000);
    await remove('failsonce');
  });
});

describe('a pool of the same name that is not ours', () => {
  test('is neither adopted nor changed nor deleted', async () => {
    const { emulator } = stack();
    await emulator.seedPool('theirs', { vmSize: 'Standard_D4s_v5', tags: { team: 'a' }, nodes: 'never' });
    const before = (await emulator.state()).pools.find(({ name }) => name === 'theirs');
    await make('theirs');
    await eventually(async () =>
      expect(await launched('theirs')).toMatchObject({
        status: 'False',
        reason: 'PoolNotOwned',
        message: expect.stringContaining('not made by gpu-provisioner'),
      }),
    );
    await remove('theirs');
    expect((await emulator.state()).pools.find(({ name }) => name === 'theirs')).toEqual(before);
    await expectArmRequests(emulator, { 'DELETE agentPools': 0 });
  });
});

test('a DELETE that is refused for a while is tried again until the machine is gone', async () => {
  await make('delbusy');
  await isReady('delbusy');
  const message = 'Operation is not allowed: Another operation is in progress.';
  const action = { type: 'respond', status: 409, code: 'OperationNotAllowed', message } as const;
  await stack().emulator.addFault({ match: { method: 'DELETE', route: 'agentPools' }, action });
  await stack().client.delete(machines, { name: 'delbusy' });
  await eventually(
    async () => {
      expect(await ignoreNotFound(stack().client.get(machines, { name: 'delbusy' }))).toBeUndefined();
    },
    { timeoutMs: 40_000 },
  );
  expect(await pools()).not.toContain('delbusy');
});

test('a cluster that takes one operation at a time: claims take turns, and go in turn', async () => {
  const { emulator } = stack();
  await emulator.configure({ exclusiveOperations: true });
  try {
    const names = ['turn1', 'turn2'];
    await Promise.all(names.map(make));
    await Promise.all(names.map(name => isReady(name, 60_000)));
    const { log } = await emulator.requests();
    const puts = log.filter(({ operation }) => operation === 'PUT agentPools').map(({ status }) => status);
    expect(puts.filter(status => status === 201)).toHaveLength(2);
    expect(puts).toContain(409);
    await Promise.all(names.map(name => stack().client.delete(machines, { name })));
    await eventually(
      async () => {
        const { items } = await stack().client.list(machines);
        expect(items.map(({ metadata }) => metadata.name)).toEqual([]);
      },
      { timeoutMs: 60_000 },
    );
    expect((await pools()).filter(name => names.includes(name))).toEqual([]);
  } finally {
    await emulator.configure({ exclusiveOperations: false });
  }
});
