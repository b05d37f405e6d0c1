import { AzureError } from '@kaito/azure';
import type { AgentPool } from '@kaito/azure';
import type { RecordedEvent } from '@kaito/kube';
import { aMachine, FakeClock } from '@kaito/testing';
import { acceptedAt, Operations } from '../../pools/operations.ts';
import { tagsFor } from '../../pools/ownership.ts';
import type { PoolSnapshot } from '../../pools/pool-poller.ts';
import { anAgentPool, PoolsInMemory, quiet } from '../../testing/stand-ins.ts';
import { removePool } from './pool-removal.ts';

const owner = { kind: 'Machine', name: 'm', uid: 'u1' } as const;

/** A claim that goes, and Azure; the LIST is taken when the test says so. */
function setUp(pool?: Partial<AgentPool>) {
  const clock = new FakeClock();
  const azure = new PoolsInMemory();
  if (pool) azure.pools.set('m', anAgentPool('m', { tags: tagsFor(owner, 0), ...pool }));
  const operation = new Operations().of('u1');
  const recorded: RecordedEvent[] = [];
  const poller = { latest: undefined as PoolSnapshot | undefined, failure: undefined, expect() {}, settle() {} };
  const services = {
    agentPools: azure,
    poller,
    clock,
    random: () => 0,
    events: { record: (_: unknown, event: RecordedEvent) => recorded.push(event) },
  };
  const list = async (): Promise<void> => {
    await clock.advance(1);
    poller.latest = { askedAt: clock.monotonic(), pools: new Map(azure.pools) };
  };
  const remove = () =>
    removePool(
      {
        owner,
        pool: 'm',
        operation,
        subject: aMachine(),
        signal: new AbortController().signal,
        logger: quiet,
      },
      services,
    );
  return { azure, clock, operation, list, remove, recorded };
}

test('deletes once and believes the LIST that the pool is gone: two requests in all, none of them a GET', async () => {
  const { azure, list, remove } = setUp({});
  await list();
  expect(await remove()).toEqual({ gone: false });
  await list();
  expect(await remove()).toEqual({ gone: false });
  azure.pools.clear();
  await list();
  expect(await remove()).toEqual({ gone: true });
  expect(azure.calls).toEqual(['delete m e1']);
});

test('waits for the first LIST', async () => {
  const { azure, remove } = setUp({});
  expect(await remove()).toEqual({ gone: false });
  expect(azure.calls).toEqual([]);
});

test('a pool that the LIST does not have is looked for with one strong read', async () => {
  const { azure, list, remove } = setUp();
  await list();
  expect(await remove()).toEqual({ gone: true });
  expect(azure.calls).toEqual(['get m']);
});

test('a pool that only the strong read shows is deleted', async () => {
  const { azure, list, remove } = setUp();
  await list();
  azure.pools.set('m', anAgentPool('m', { tags: tagsFor(owner, 0), etag: 'e9' }));
  expect(await remove()).toEqual({ gone: false });
  expect(azure.calls).toEqual(['get m', 'delete m e9']);
});

test('a pool whose creation was just accepted is deleted though no LIST has it yet', async () => {
  const { azure, clock, operation, list, remove } = setUp();
  await list();
  azure.pools.set('m', anAgentPool('m', { tags: tagsFor(owner, 0) }));
  await clock.advance(5);
  operation.created = acceptedAt(clock.monotonic());
  expect(await remove()).toEqual({ gone: false });
  expect(azure.calls).toEqual(['delete m']);
});

test('a pool that came and went between two LISTs is found to be gone by a strong read', async () => {
  const { azure, clock, operation, list, remove } = setUp();
  await list();
  azure.pools.set('m', anAgentPool('m', { tags: tagsFor(owner, 0) }));
  await clock.advance(5);
  operation.created = acceptedAt(clock.monotonic());
  await remove();
  azure.pools.clear();
  await list();
  expect(await remove()).toEqual({ gone: true });
  expect(azure.calls).toEqual(['delete m', 'get m']);
});

test('a pool that was being deleted before a restart is waited for, not deleted again', async () => {
  const { azure, list, remove } = setUp({ provisioningState: 'Deleting' });
  await list();
  expect(await remove()).toEqual({ gone: false });
  azure.pools.clear();
  await list();
  expect(await remove()).toEqual({ gone: true });
  expect(azure.calls).toEqual(['get m']);
});

test.each([
  ['untagged', { tags: {} }],
  ['of another claim', { tags: tagsFor({ ...owner, uid: 'u0' }, 0) }],
])('a pool of that name that is %s stays, and the claim may go', async (_, parts) => {
  const { azure, list, remove, recorded } = setUp(parts);
  await list();
  expect(await remove()).toEqual({ gone: true });
  expect(azure.calls).toEqual(['get m']);
  expect(recorded).toMatchObject([{ reason: 'PoolNotOwned' }]);
});

test('a pool that was still being made at the last LIST is listed again first: its tag will have changed', async () => {
  const { azure, list, remove } = setUp({ provisioningState: 'Creating', etag: 'old' });
  await list();
  expect(await remove()).toEqual({ gone: false });
  expect(azure.calls).toEqual([]);
  azure.pools.set('m', anAgentPool('m', { tags: tagsFor(owner, 0), provisioningState: 'Creating', etag: 'new' }));
  await list();
  expect(await remove()).toEqual({ gone: false });
  expect(azure.calls).toEqual(['delete m new']);
});

test('a pool that changed since the LIST is read again and deleted as it is now', async () => {
  const { azure, list, remove } = setUp({ etag: 'old' });
  await list();
  azure.pools.set('m', anAgentPool('m', { tags: tagsFor(owner, 0), etag: 'new' }));
  expect(await remove()).toEqual({ gone: false });
  expect(azure.calls).toEqual(['delete m old', 'get m', 'delete m new']);
});

test('a pool that somebody took over since the LIST is not deleted', async () => {
  const { azure, list, remove } = setUp({ etag: 'old' });
  await list();
  azure.pools.set('m', anAgentPool('m', { tags: {}, etag: 'new' }));
  await remove();
  expect(azure.calls).toEqual(['delete m old', 'get m']);
});

test('a refusal is told and tried again at the pace of its fault', async () => {
  const { azure, list, remove, recorded } = setUp({});
  azure.faults.push({ verb: 'delete', error: new AzureError('locked', { code: 'ScopeLocked', kind: 'policy' }) });
  await list();
  expect(await remove()).toEqual({ gone: false, requeueAfterMs: 300_000 });
  expect(recorded).toMatchObject([{ reason: 'FailedTermination', message: expect.stringContaining('locked') }]);
});

test('a refused deletion is not tried again before its time, whatever wakes the claim, and less often each time', async () => {
  const { azure, clock, list, remove } = setUp({});
  const error = new AzureError('down', { code: 'InternalServerError', kind: 'transient', statusCode: 500 });
  await list();
  for (const delay of [1000, 2000, 4000]) {
    azure.faults.push({ verb: 'delete', error });
    expect(await remove()).toEqual({ gone: false, requeueAfterMs: delay });
    await clock.advance(delay - 1);
    expect(await remove()).toEqual({ gone: false, requeueAfterMs: 1 });
    await clock.advance(1);
  }
  expect(azure.calls).toHaveLength(3);
});

test('after a PUT without an answer, absence is not believed at once: the pool may still come up', async () => {
  const { azure, clock, operation, list, remove } = setUp();
  operation.uncertainUntil = clock.monotonic() + 30_000;
  await list();
  expect(await remove()).toEqual({ gone: false, requeueAfterMs: 5000 });
  azure.pools.set('m', anAgentPool('m', { tags: tagsFor(owner, 0) }));
  await clock.advance(5000);
  expect(await remove()).toEqual({ gone: false });
  expect(azure.calls).toEqual(['get m', 'get m', 'delete m e1']);
});

test('a pool that shows no sign of an accepted deletion is deleted again after a minute', async () => {
  const { azure, clock, list, remove } = setUp({});
  await list();
  await remove();
  azure.pools.set('m', anAgentPool('m', { tags: tagsFor(owner, 0) }));
  await list();
  await remove();
  expect(azure.calls).toHaveLength(1);
  await clock.advance(60_000);
  await list();
  await remove();
  expect(azure.calls).toHaveLength(2);
});
