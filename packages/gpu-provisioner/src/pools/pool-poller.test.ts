import { AzureError } from '@kaito/azure';
import type { AgentPool } from '@kaito/azure';
import { FakeClock } from '@kaito/testing';
import { PoolPoller } from './pool-poller.ts';

const quiet = { error() {}, warn() {}, info() {}, debug() {}, child: () => quiet };

function aPool(name: string, provisioningState = 'Creating'): AgentPool {
  const none = { labels: {}, taints: [], tags: {}, zones: [] };
  return { name, id: `/${name}`, vmSize: 'Standard_NC6s_v3', count: 1, provisioningState, ...none };
}

/** A poller over a LIST whose answers the test decides, on a clock that the test moves. */
function setUp(failure?: Error) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const asked: number[] = [];
  const told: (readonly string[])[] = [];
  const azure = { pools: [] as readonly AgentPool[], failure };
  const list = (): Promise<readonly AgentPool[]> => {
    asked.push(clock.monotonic());
    return azure.failure ? Promise.reject(azure.failure) : Promise.resolve(azure.pools);
  };
  const poller = new PoolPoller({ agentPools: { list }, clock, logger: quiet });
  poller.onSnapshot(pools => told.push(pools));
  const running = poller.start(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { clock, azure, poller, asked, told, end };
}

test('looks once at the start and then every two minutes', async () => {
  const { clock, asked, end } = setUp();
  await clock.advance(360_000);
  expect(asked).toEqual([0, 120_000, 240_000, 360_000]);
  await end();
});

test('looks soon when something is expected, then ever less often, and stops when it is settled', async () => {
  const { clock, poller, asked, end } = setUp();
  await clock.advance(10_000);
  poller.expect('a', 'create');
  await clock.advance(60_000);
  const gaps = asked.slice(2).map((at, i) => at - (asked[i + 1] ?? 0));
  expect(asked[1]).toBe(10_000);
  expect(gaps[0]).toBeLessThan(1500);
  expect(gaps.every((gap, i) => i === 0 || gap >= (gaps[i - 1] ?? 0))).toBe(true);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(15_000);
  poller.settle('a');
  await clock.advance(16_000);
  const settled = asked.length;
  await clock.advance(100_000);
  expect(asked).toHaveLength(settled);
  await end();
});

test('a hundred operations at once cost no more looks than one', async () => {
  const { clock, poller, asked, end } = setUp();
  await clock.advance(1);
  for (let i = 0; i < 100; i += 1) poller.expect(`p${i}`, 'create');
  await clock.advance(3000);
  expect(asked.length).toBeLessThanOrEqual(4);
  await end();
});

test('looks twice as soon for deletions', async () => {
  const { clock, poller, asked, end } = setUp();
  await clock.advance(10_000);
  poller.expect('a', 'delete');
  await clock.advance(700);
  expect(asked).toEqual([0, 10_000, 10_650]);
  await end();
});

test('tells of changed, new and vanished pools, and of those that are waited for', async () => {
  const { clock, azure, poller, told, end } = setUp();
  azure.pools = [aPool('a'), aPool('b', 'Succeeded')];
  await clock.advance(120_000);
  azure.pools = [aPool('a', 'Succeeded'), aPool('c')];
  poller.expect('waited', 'create');
  await clock.advance(1000);
  expect(told[0]).toEqual([]);
  expect(told[1]).toEqual(['a', 'b']);
  expect([...(told[2] ?? [])].toSorted()).toEqual(['a', 'b', 'c', 'waited']);
  await end();
});

test('a LIST that fails keeps the last snapshot, backs off, and is said by ready()', async () => {
  const { clock, azure, poller, asked, end } = setUp(new AzureError('no token', { code: 'AADSTS70021', kind: 'auth' }));
  await clock.advance(7000);
  expect(asked).toEqual([0, 1000, 3000, 7000]);
  expect(poller.latest).toBeUndefined();
  expect(poller.ready()).toMatch(
    /^agent pools cannot be read: no token \(AADSTS70021\); create a federated credential/,
  );
  azure.failure = undefined;
  azure.pools = [aPool('a')];
  await clock.advance(8000);
  expect([poller.ready(), poller.latest?.pools.has('a'), poller.failure]).toEqual([true, true, undefined]);
  await end();
});

test('a Retry-After is honoured though something is expected meanwhile', async () => {
  const tooMany = new AzureError('too many', { code: 'TooManyRequests', kind: 'throttled', retryAfterMs: 90_000 });
  const { clock, poller, asked, end } = setUp(tooMany);
  await clock.advance(10_000);
  poller.expect('a', 'create');
  await clock.advance(79_000);
  expect(asked).toEqual([0]);
  await clock.advance(1000);
  expect(asked).toEqual([0, 90_000]);
  await end();
});

test('a snapshot knows when it was asked for, not when it came', async () => {
  const { clock, poller, end } = setUp();
  await clock.advance(0);
  expect(poller.latest?.askedAt).toBe(0);
  await end();
});

test('ends with its signal and leaves no timer', async () => {
  const { clock, end } = setUp();
  await clock.advance(5000);
  await end();
  expect(clock.pending).toEqual([]);
});
