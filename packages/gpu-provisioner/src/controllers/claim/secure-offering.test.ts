import { instanceTypesUnavailableMessage, labels } from '@kaito/crds';
import type { NodeClaim } from '@kaito/crds';
import { aNodeClaim, FakeClock } from '@kaito/testing';
import { nodeClaimDialect } from '../../claims/node-claim.ts';
import { a10, a100, aLocation, t4 } from '../../offerings/stand-ins.ts';
import { anAgentPool } from '../../testing/stand-ins.ts';
import { launchSurroundings } from '../../testing/launch-surroundings.ts';
import { secureOffering } from './secure-offering.ts';

type Requirement = NonNullable<NodeClaim['spec']>['requirements'][number];

const location = { ...aLocation(), settled: true };
const inOrder = (...values: string[]): Requirement => ({ key: labels.instanceType, operator: 'In', values });
const asSpot: Requirement = { key: labels.capacityType, operator: 'In', values: ['spot', 'on-demand'] };

function setUp(limits: Parameters<typeof launchSurroundings>[1] = {}) {
  const clock = new FakeClock();
  const services = launchSurroundings(clock, { types: location, ...limits });
  const secure = (name: string, ...requirements: Requirement[]) => {
    const claim = nodeClaimDialect.view(aNodeClaim({ metadata: { name, uid: name }, spec: { requirements } }));
    return secureOffering({ claim }, services);
  };
  const closed = (type: typeof a100, zone?: string): void =>
    services.offerings.failed(
      { type, capacityType: 'on-demand', zone },
      { kind: 'capacity', code: 'AllocationFailed', message: 'no room' },
      clock.monotonic(),
    );
  return { ...services, clock, secure, closed };
}

const usage = (name: string, limit: number, used = 0) => ({ name, displayName: name, used, limit });

describe('an In with several values is an ordered ladder', () => {
  const wish = inOrder(a100.name, a10.name, t4.name);

  test('whose first rung is taken while it can be had', () => {
    expect(setUp().secure('c', wish)).toMatchObject({ ok: true, request: { offering: { type: a100 } } });
  });

  test('whose next rung is taken at once when the first has failed, by every claim', () => {
    const { secure, closed } = setUp();
    closed(a100);
    for (const name of ['one', 'two']) {
      expect(secure(name, wish)).toMatchObject({ ok: true, request: { offering: { type: a10 } } });
    }
  });

  test("without a rung left: said in KAITO's words, with each rung's cause, and looked at when the first may be had", () => {
    const { secure, closed, clock } = setUp();
    closed(a100);
    closed(a10);
    const verdict = secure('c', inOrder(a100.name, a10.name));
    expect(verdict).toMatchObject({
      ok: false,
      outcome: { exhausted: true, requeueAfterMs: 3_600_000, step: { state: 'failed', reason: 'AllocationFailure' } },
    });
    const said = JSON.stringify(verdict);
    for (const words of [instanceTypesUnavailableMessage, a100.name, a10.name]) expect(said).toContain(words);
    return clock.advance(3_600_000).then(() => expect(secure('c', wish)).toMatchObject({ ok: true }));
  });

  test('one claim tries what has recovered, the others wait for it and are not told that all is lost', async () => {
    const { secure, closed, clock } = setUp();
    closed(a100);
    await clock.advance(3_600_000);
    expect(secure('one', inOrder(a100.name))).toMatchObject({ ok: true });
    const other = secure('two', inOrder(a100.name));
    expect(other).toMatchObject({ ok: false, outcome: { step: { state: 'waiting' } } });
    expect(other).not.toHaveProperty('outcome.exhausted');
  });
});

test('spot first, where it is listed first; on demand when spot has no quota', async () => {
  const { secure, clock, quota } = setUp({ usages: [usage('lowPriorityCores', 0), usage('cores', 100)] });
  const running = new AbortController();
  const reading = quota.start(running.signal);
  expect(secure('c', inOrder(a100.name), asSpot)).toMatchObject({ ok: false, outcome: { step: { state: 'waiting' } } });
  await clock.advance(1);
  expect(secure('c', inOrder(a100.name), asSpot)).toMatchObject({
    ok: true,
    request: { offering: { capacityType: 'on-demand' } },
  });
  running.abort();
  await reading;
});

test('quota for two: the third waits, says what it needs, what there is and what to ask for, and starts when one is gone', async () => {
  const { secure, clock, quota } = setUp({ usages: [usage(a100.family, 48), usage('cores', 1000)] });
  const running = new AbortController();
  const reading = quota.start(running.signal);
  const called: string[] = [];
  quota.onRoom(keys => called.push(...keys));
  secure('one', inOrder(a100.name));
  await clock.advance(1);
  const verdicts = ['one', 'two', 'three'].map(name => secure(name, inOrder(a100.name)));
  expect(verdicts.map(({ ok }) => ok)).toEqual([true, true, false]);
  const third = JSON.stringify(verdicts[2]);
  for (const words of ['SubscriptionQuotaReached', 'needs 24 cores', '0 of 48 are free', 'az vm list-usage']) {
    expect(third).toContain(words);
  }
  expect(third).not.toContain(instanceTypesUnavailableMessage);
  called.length = 0;
  quota.release('one');
  expect(called).toEqual(['NodeClaim/three']);
  expect(secure('three', inOrder(a100.name)).ok).toBe(true);
  running.abort();
  await reading;
});

test('the cap on agent pools is known before Azure refuses', () => {
  const { secure, quota, clock } = setUp({ maxPools: 2 });
  const pools = new Map(['system', 'other'].map(name => [name, anAgentPool(name)]));
  quota.sawPools({ askedAt: clock.monotonic(), pools });
  expect(secure('c', inOrder(a100.name))).toMatchObject({
    ok: false,
    outcome: { step: { state: 'waiting', reason: 'ClusterLimitReached', message: expect.stringContaining('0 of 2') } },
  });
});

test('a claim that cannot be served as it is written reserves nothing', () => {
  const { secure, quota } = setUp({ maxPools: 10 });
  expect(secure('c')).toMatchObject({ ok: false, outcome: { step: { state: 'failed', reason: 'InvalidSpec' } } });
  expect(quota.headroom()).toMatchObject([{ counter: 'agentPools', free: 10 }]);
});
