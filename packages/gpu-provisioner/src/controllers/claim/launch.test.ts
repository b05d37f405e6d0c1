import { AzureError } from '@kaito/azure';
import type { AgentPool, FaultKind } from '@kaito/azure';
import { aMachine, FakeClock } from '@kaito/testing';
import { machineDialect } from '../../claims/machine.ts';
import { Operations } from '../../pools/operations.ts';
import { tagsFor } from '../../pools/ownership.ts';
import type { PoolSnapshot } from '../../pools/pool-poller.ts';
import { sightPool } from '../../pools/pool-sighting.ts';
import { ClusterInMemory } from '../../testing/cluster-in-memory.ts';
import { launchSurroundings } from '../../testing/launch-surroundings.ts';
import { anAgentPool, PoolsInMemory, quiet } from '../../testing/stand-ins.ts';
import { followPool, launch } from './launch.ts';
import { planLaunch } from './launch-plan.ts';
import type { Services } from './pass.ts';
import { settle } from './settle.ts';

const NAME = 'ws1a2b3c4d5';
const owner = { kind: 'Machine', name: NAME, uid: 'u1' } as const;
const fault = (kind: FaultKind, retryAfterMs?: number): AzureError =>
  new AzureError('Azure says no', { code: 'No', kind, retryAfterMs });

/** One claim and Azure, pass by pass; LIST and time move when the test says so. */
function setUp({ generation = 1, providerID = '', listed = true } = {}) {
  const clock = new FakeClock();
  const azure = new PoolsInMemory();
  const operations = new Operations();
  const expected = new Map<string, string>();
  let latest: PoolSnapshot | undefined;
  let claim = machineDialect.view({
    ...aMachine({ metadata: { uid: 'u1', generation } }),
    ...(providerID && { status: { providerID } }),
  });
  const surroundings = launchSurroundings(clock);
  const { recorded } = surroundings;
  const services: Services = {
    ...surroundings,
    client: new ClusterInMemory(clock).client,
    operations,
    agentPools: azure,
    poller: {
      get latest() {
        return latest;
      },
      failure: undefined,
      expect: (pool, operation) => expected.set(pool, operation),
      settle: pool => expected.delete(pool),
    },
  };
  const list = async (): Promise<void> => {
    await clock.advance(1);
    latest = { askedAt: clock.monotonic(), pools: new Map(azure.pools) };
  };
  const pass = async (joined = false) => {
    const operation = operations.of(claim.uid);
    const sighting = sightPool(latest, { pool: NAME, owner: claim, operation }, clock.monotonic());
    if (sighting.state === 'ours') operation.seen = true;
    const context = { claim, dialect: machineDialect, pool: NAME, operation, sighting, nodes: [], logger: quiet };
    const observed = { ...context, signal: new AbortController().signal };
    if (joined) settle(observed, services);
    else followPool(observed, services);
    return await launch(planLaunch(observed, services, joined), observed, services);
  };
  const change = (next: Parameters<typeof aMachine>[0]): void => {
    claim = machineDialect.view(aMachine(next));
  };
  const state = (parts: Partial<AgentPool>): void => {
    azure.pools.set(NAME, anAgentPool(NAME, { tags: tagsFor(owner, clock.now()), ...parts }));
  };
  if (listed) latest = { askedAt: 0, pools: new Map() };
  return { azure, clock, list, pass, change, state, recorded, expected, services, operations };
}

test('nothing is sent before the pools have been read', async () => {
  const { azure, pass } = setUp({ listed: false });
  expect((await pass()).step.state).toBe('waiting');
  expect(azure.calls).toEqual([]);
});

test('one PUT, however often the claim is looked at', async () => {
  const { azure, pass, list, expected } = setUp();
  for (let i = 0; i < 3; i += 1) await pass();
  await list();
  const { step } = await pass();
  expect(azure.calls).toEqual([`create ${NAME}`]);
  expect(step).toMatchObject({
    state: 'waiting',
    reason: 'AwaitingReconciliation',
    message: expect.stringContaining('Creating'),
  });
  expect(expected.get(NAME)).toBe('create');
});

test('is over when the node is there, though the pool still says Creating', async () => {
  const { pass } = setUp();
  await pass();
  expect((await pass(true)).step).toEqual({ state: 'done' });
});

test('a PUT whose answer was lost is found again and adopted: no second pool', async () => {
  const { azure, pass, clock } = setUp();
  azure.faults.push({ verb: 'create', error: fault('transient'), effect: true });
  const { requeueAfterMs } = await pass();
  await clock.advance(requeueAfterMs ?? 0);
  const { step } = await pass();
  expect(azure.calls).toEqual([`create ${NAME}`, `create ${NAME}`, `get ${NAME}`]);
  expect(step.state).toBe('waiting');
  expect(azure.pools.size).toBe(1);
});

test('a restart adopts what the LIST shows, and looks on until it is done', async () => {
  const { azure, pass, list, state, expected } = setUp({ listed: false });
  state({ provisioningState: 'Creating' });
  await list();
  await pass();
  expect(azure.calls).toEqual([]);
  expect(expected.get(NAME)).toBe('create');
  state({ provisioningState: 'Succeeded' });
  await list();
  expect((await pass()).step).toMatchObject({ message: expect.stringContaining('has not joined') });
  expect(expected.has(NAME)).toBe(false);
});

describe('a pool of that name that is not ours', () => {
  test('in the LIST is left alone and reported', async () => {
    const { azure, pass, list, state } = setUp();
    state({ tags: { team: 'x' } });
    await list();
    expect((await pass()).step).toMatchObject({ state: 'failed', reason: 'PoolNotOwned' });
    expect(azure.calls).toEqual([]);
  });

  test('that comes between LIST and PUT is left alone too, and not asked for again and again', async () => {
    const { azure, pass, state, recorded } = setUp();
    state({ tags: tagsFor({ ...owner, uid: 'u0' }, 0) });
    expect((await pass()).step).toMatchObject({
      state: 'failed',
      reason: 'PoolNotOwned',
      message: expect.stringContaining('u0'),
    });
    await pass();
    expect(azure.calls).toEqual([`create ${NAME}`, `get ${NAME}`]);
    expect(recorded).toMatchObject([{ type: 'Warning', reason: 'PoolNotOwned' }]);
  });
});

describe('a refused PUT', () => {
  test.each<[FaultKind, string, number]>([
    ['busy', 'OperationInProgress', 5000],
    ['transient', 'AzureUnavailable', 1000],
    ['auth', 'Unauthorized', 60_000],
    ['unknown', 'LaunchFailed', 30_000],
  ])('for %s is reported as %s and tried again after %d ms, not before', async (kind, reason, delay) => {
    const { azure, pass, clock, recorded } = setUp();
    azure.faults.push({ verb: 'create', error: fault(kind) });
    const { step, requeueAfterMs } = await pass();
    expect(step).toMatchObject({ state: 'waiting', reason, message: expect.stringContaining('Azure says no') });
    expect(requeueAfterMs).toBeCloseTo(delay);
    expect(recorded).toMatchObject([{ type: 'Warning', reason }]);
    await clock.advance(delay - 1);
    await pass();
    expect(azure.calls).toHaveLength(1);
    await clock.advance(1);
    await pass();
    expect(azure.calls).toHaveLength(2);
  });

  test('for a wrong spec is final until the claim changes', async () => {
    const { azure, pass, clock, change } = setUp();
    azure.faults.push({ verb: 'create', error: fault('spec') });
    expect(await pass()).toEqual({ step: expect.objectContaining({ state: 'failed', reason: 'InvalidSpec' }) });
    await clock.advance(86_400_000);
    await pass();
    expect(azure.calls).toHaveLength(1);
    change({ metadata: { uid: 'u1', generation: 2 } });
    await pass();
    expect(azure.calls).toHaveLength(2);
  });

  test('for throttling holds back the launches of all claims', async () => {
    const { azure, pass, services, operations, clock } = setUp();
    azure.faults.push({ verb: 'create', error: fault('throttled', 90_000) });
    expect((await pass()).requeueAfterMs).toBe(90_000);
    expect(services.gate.opensIn(clock.monotonic())).toBe(90_000);
    operations.forget('u1');
    expect(await pass()).toMatchObject({ step: { reason: 'Throttled' }, requeueAfterMs: 90_000 });
    expect(azure.calls).toHaveLength(1);
  });
});

describe('a size that is not sold here', () => {
  test("costs no PUT and is reported in KAITO's words", async () => {
    const { azure, pass, change } = setUp();
    const values = ['Standard_Gone'];
    change({
      metadata: { uid: 'u1' },
      spec: { requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values }] },
    });
    const { step } = await pass();
    expect(step).toMatchObject({ state: 'failed', reason: 'SKUNotAvailable' });
    expect(step).toHaveProperty('message', expect.stringContaining('all requested instance types were unavailable'));
    expect(azure.calls).toEqual([]);
  });
});

describe('a pool that fails after it was accepted', () => {
  const provisioningError = { kind: 'capacity', code: 'AllocationFailed', message: 'No room', details: [] } as const;

  test('is deleted, its cause reported, and made again when the offering may be had again', async () => {
    const { azure, pass, list, clock, state } = setUp();
    await pass();
    state({ provisioningState: 'Failed', provisioningError, etag: 'e7' });
    await list();
    expect((await pass()).step).toMatchObject({
      reason: 'AllocationFailure',
      message: expect.stringContaining('No room'),
    });
    await list();
    await pass();
    expect(azure.calls).toEqual([`create ${NAME}`, `delete ${NAME} e7`]);
    azure.pools.clear();
    await list();
    expect(await pass()).toMatchObject({ step: { state: 'failed', reason: 'AllocationFailure' }, exhausted: true });
    expect(azure.calls).toHaveLength(2);
    await clock.advance(60 * 60_000);
    await pass();
    expect(azure.calls.at(-1)).toBe(`create ${NAME}`);
  });

  test('without a cause in the LIST is explained by its operation', async () => {
    const { azure, pass, list, state } = setUp();
    await pass();
    azure.operationStatus = { status: 'failed', error: { ...provisioningError, kind: 'quota', message: 'No quota' } };
    state({ provisioningState: 'Failed' });
    await list();
    expect((await pass()).step).toMatchObject({
      reason: 'SubscriptionQuotaReached',
      message: expect.stringContaining('No quota'),
    });
  });

  test('without any cause says that there is none', async () => {
    const { pass, list, state } = setUp();
    state({ provisioningState: 'Failed' });
    await list();
    expect((await pass()).step).toMatchObject({
      reason: 'LaunchFailed',
      message: expect.stringContaining('gives no cause'),
    });
  });

  test('whose deletion is refused is deleted at the next attempt, and counts as one failure', async () => {
    const { azure, clock, pass, list, state, recorded } = setUp();
    state({ provisioningState: 'Failed', provisioningError });
    await list();
    azure.faults.push({ verb: 'delete', error: fault('busy') });
    expect((await pass()).requeueAfterMs).toBe(5000);
    await pass();
    expect(azure.calls).toHaveLength(1);
    await clock.advance(5000);
    await pass();
    expect(azure.calls).toEqual([`delete ${NAME} e1`, `delete ${NAME} e1`]);
    expect(recorded.filter(({ reason }) => reason === 'AllocationFailure')).toHaveLength(1);
  });

  test('is kept when its machine was in service: something else failed', async () => {
    const { azure, pass, list, state } = setUp({ providerID: 'azure:///x' });
    state({ provisioningState: 'Failed', provisioningError });
    await list();
    expect((await pass()).step).toEqual({ state: 'unchanged' });
    expect(azure.calls).toEqual([]);
  });
});

test('a claim that had a machine never gets a second one', async () => {
  const { azure, pass, list } = setUp({ providerID: 'azure:///x' });
  await list();
  expect((await pass()).step).toEqual({ state: 'unchanged' });
  expect(azure.calls).toEqual([]);
});
