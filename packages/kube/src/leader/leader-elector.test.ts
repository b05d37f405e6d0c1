import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import { FakeClock } from '../fixtures/fake-clock.ts';
import { LeaseServer } from '../fixtures/lease-server.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { until } from '../fixtures/until.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { LeaderElector } from './leader-elector.ts';
import { microTime } from './lease-record.ts';

let api: ApiStandIn;
let lease: LeaseServer;
let clock: FakeClock;
let stop: AbortController;
let electors: LeaderElector[];
const metrics = createMetrics({ processMetrics: false });

beforeEach(async () => {
  lease = new LeaseServer();
  api = await ApiStandIn.start(lease.respond);
  clock = new FakeClock();
  stop = new AbortController();
  electors = [];
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await Promise.all(electors.map(elector => elector.release()));
  await api.close();
  if (clock.waiting.length > 0) throw new Error('an elector left a timer behind');
});

function create(identity: string): LeaderElector {
  const elector = new LeaderElector({
    client: api.client(),
    leaseName: 'lease',
    namespace: 'default',
    identity,
    clock,
    random: () => 0.5,
    logger: new MemoryLogger(),
    metrics,
  });
  electors.push(elector);
  return elector;
}

const requests = (count: number) => until(`${count} requests`, () => api.requests.length >= count);

/** Lets time pass in steps, and real answers arrive in between. */
async function pass(ms: number, step = 1_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    await clock.advance(step);
    // Every step that sends a request leaves a deadline, which is gone when it is answered.
    await until('the answers', () => !clock.waiting.some(left => left > 5_000));
  }
}

/** An elector that waits for the lease, and whether it has it. */
function candidate(identity: string): { elector: LeaderElector; leads: () => boolean } {
  const elector = create(identity);
  let leads = false;
  void elector.acquire(stop.signal).then(
    () => (leads = true),
    () => {},
  );
  return { elector, leads: () => leads };
}

test('the first makes the Lease and leads', async () => {
  await create('a').acquire(stop.signal);
  expect(lease.spec).toEqual({
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:00:00.000000Z',
    leaseTransitions: 0,
  });
  await expect(metrics.text()).resolves.toContain('leader_election_master_status{name="lease"} 1');
});

test('a leader renews every two seconds with one request', async () => {
  await create('a').acquire(stop.signal);
  const before = api.requests.length;
  await pass(10_000);
  expect(api.requests.length - before).toBe(5);
  expect(lease.spec).toMatchObject({
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:00:10.000000Z',
    leaseTransitions: 0,
  });
});

test('a second one waits as long as the first renews', async () => {
  await create('a').acquire(stop.signal);
  const b = candidate('b');
  await pass(60_000);
  expect(b.leads()).toBe(false);
  expect(lease.holder).toBe('a');
});

test('a lease that is given back is taken at the next attempt', async () => {
  const a = create('a');
  await a.acquire(stop.signal);
  const b = candidate('b');
  await pass(4_000);
  await a.release();
  expect(lease.holder).toBe('');
  await pass(4_000);
  expect(b.leads()).toBe(true);
  expect(lease.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  await expect(metrics.text()).resolves.toContain('leader_election_master_status{name="lease"} 1');
});

test('a lease that nobody renews is taken when its time is over, counted from when that was seen', async () => {
  // Its holder's clock is years ahead, which must not matter.
  lease.write({ holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2036-01-01T00:00:00.000000Z' });
  const b = candidate('b');
  await requests(1);
  await pass(14_000);
  expect(b.leads()).toBe(false);
  await pass(5_000);
  expect(b.leads()).toBe(true);
});

test('a leader that cannot renew stops leading at its deadline, before anybody else begins', async () => {
  const { elector } = candidate('a');
  await until('the lease', () => lease.holder === 'a');
  await pass(2_000);
  api.respond(reply => reply.status(500, 'InternalError'));
  await pass(8_000);
  expect(elector.lost.aborted).toBe(false);
  await pass(4_000);
  expect(elector.lost.aborted).toBe(true);
  expect(elector.lost.reason).toMatchObject({
    name: 'LeadershipLostError',
    message: expect.stringContaining('could not be renewed for 10000 ms'),
  });
});

test('a renewal that hangs is over at the deadline as well', async () => {
  const elector = create('a');
  await elector.acquire(stop.signal);
  api.respond(() => {});
  const before = api.requests.length;
  await clock.advance(2_000);
  await requests(before + 1);
  await clock.advance(8_000);
  await until('the loss', () => elector.lost.aborted);
  expect(clock.monotonic()).toBe(10_000);
});

test('a leader that finds another holder stops leading at once', async () => {
  const elector = create('a');
  await elector.acquire(stop.signal);
  lease.write({ holderIdentity: 'b' });
  await clock.advance(2_000);
  await until('the loss', () => elector.lost.aborted);
  expect(elector.lost.reason).toMatchObject({ message: expect.stringContaining('"b" holds it now') });
  await elector.release();
  expect(lease.holder).toBe('b');
});

test('a leader goes on when somebody touched its Lease, or removed it', async () => {
  const elector = create('a');
  await elector.acquire(stop.signal);
  lease.write({ note: 'touched' });
  await pass(4_000);
  expect(lease.spec).toMatchObject({ renewTime: '2026-01-01T00:00:04.000000Z' });
  lease.delete();
  await pass(6_000);
  expect(lease.holder).toBe('a');
  expect(elector.lost.aborted).toBe(false);
});

test('of two that try at the same time one wins', async () => {
  const [a, b] = [candidate('a'), candidate('b')];
  await pass(10_000);
  expect([a.leads(), b.leads()].filter(Boolean)).toHaveLength(1);
});

test('failures while waiting are tried again, until the signal ends it', async () => {
  api.respond(reply => reply.status(500, 'InternalError'));
  const waiting = create('a').acquire(stop.signal);
  await pass(20_000);
  expect(api.requests.length).toBeGreaterThan(3);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
});

test('times have six decimals, as MicroTime must', () => {
  expect(microTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006000Z');
});
