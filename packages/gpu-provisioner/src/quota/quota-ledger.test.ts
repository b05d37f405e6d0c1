import type { AgentPool, Usage } from '@kaito/azure';
import { tagsFor } from '../pools/ownership.ts';
import { anAgentPool } from '../testing/stand-ins.ts';
import type { Demand } from './demand.ts';
import { QuotaLedger } from './quota-ledger.ts';
import type { UsageReading } from './quota-ledger.ts';

const FAMILY = 'standardNCSv3Family';
const nc24: Demand = { vcpus: 24, family: FAMILY, spot: false };
const MINUTE = 60_000;

/** The pool of claim `uid`, of one machine of 24 cores. */
function aPool(uid: string, parts: Partial<AgentPool> = {}): AgentPool {
  const tags = tagsFor({ kind: 'Machine', name: uid, uid }, 0);
  return anAgentPool(uid, { vmSize: 'NC24', tags, ...parts });
}

const sizeOf = (vmSize: string) => (vmSize === 'NC24' ? { vcpus: 24, family: FAMILY } : undefined);

function setUp(maxPools?: number) {
  const ledger = new QuotaLedger({ sizeOf, maxPools: () => maxPools });
  return {
    ledger,
    /** A LIST, asked at `at` and answered a millisecond later. */
    look: (at: number, ...pools: readonly AgentPool[]): void => {
      ledger.sawPools({ askedAt: at, pools: new Map(pools.map(pool => [pool.name, pool])) }, at + 1);
    },
    read: (at: number, family: Partial<Usage>, window: Partial<UsageReading> = {}): void => {
      const usage = { name: FAMILY, displayName: 'NCSv3', used: 0, limit: 48, ...family };
      ledger.sawUsages({ usages: [usage], sentAt: at, answeredAt: at + 1, ...window });
    },
    fits: (now: number): boolean => ledger.room({ now }).shortage(nc24) === undefined,
    others: (now: number): number | undefined => ledger.headroom(FAMILY.toLowerCase(), now)?.others,
    free: (now: number): number | undefined => ledger.headroom(FAMILY.toLowerCase(), now)?.free,
  };
}

/** Two machines fit, and one is reserved. */
function withQuota() {
  const world = setUp();
  world.look(0);
  world.read(10, {});
  world.look(20);
  world.ledger.reserve('a', nc24, 30);
  return world;
}

describe('what others use', () => {
  test('is what the counter has beyond the pools at rest', () => {
    const { ledger, look, read } = setUp();
    look(0, aPool('a'));
    read(10, { used: 30 });
    const numbers = { limit: 48, others: 6, othersAtLeast: 6, ours: 24, inFlight: 0, free: 18 };
    expect(ledger.headroom(FAMILY.toLowerCase(), 20)).toEqual({ counter: FAMILY, displayName: 'NCSv3', ...numbers });
  });

  test.each([0, 24])('does not change when a PUT is in the counter with %d cores', counted => {
    const { ledger, look, read, others, free } = setUp();
    look(0);
    read(10, { used: 6 });
    look(20);
    ledger.reserve('a', nc24, 30);
    read(40, { used: 6 + counted });
    expect([others(50), free(50)]).toEqual([6, 18]);
    ledger.confirmed('a', 'a', 60);
    look(70, aPool('a', { provisioningState: 'Creating' }));
    read(80, { used: 6 + counted });
    expect([others(90), free(90)]).toEqual([6, 18]);
  });

  test.each([0, 24])('does not change while a pool is deleted that the counter has with %d cores', counted => {
    const { look, read, others, free } = setUp();
    look(0, aPool('a'));
    read(10, { used: 30 });
    look(15, aPool('a'));
    look(20, aPool('a', { provisioningState: 'Deleting' }));
    read(30, { used: 6 + counted });
    expect([others(40), free(40)]).toEqual([6, 18]);
    look(50);
    expect([others(60), free(60)]).toEqual([6, 42]);
    // The counter may have it a little longer than the LIST.
    read(70, { used: 6 + counted });
    expect([others(80), free(80)]).toEqual([6, 42]);
  });

  test('is seen to grow and to shrink', () => {
    const { look, read, others } = setUp();
    look(0, aPool('a'));
    for (const used of [30, 44, 24]) {
      read(10, { used });
      expect(others(20)).toBe(used - 24);
      look(30, aPool('a'));
    }
  });

  test('is judged again when a LIST shows that a pool went while the counter was read', () => {
    const { look, read, others, free } = setUp();
    look(0, aPool('a'));
    read(10, { used: 48 });
    look(20, aPool('a'));
    expect(others(25)).toBe(24);
    // Somebody deletes the pool. This LIST is under way while the counter is read, and is no proof of anything.
    read(32, { used: 24 });
    look(31, aPool('a'));
    look(50);
    expect([others(60), free(60)]).toEqual([24, 24]);
  });

  test.each([30, 54])('is as low as the counter allows for a pool that grew meanwhile, at %d', used => {
    const { look, read, others, free } = setUp();
    look(0, aPool('a'));
    read(10, { used: 30, limit: 100 });
    look(20, aPool('a'));
    read(30, { used, limit: 100 });
    look(40, aPool('a', { count: 2 }));
    expect([others(50), free(50)]).toEqual([6, 46]);
  });

  test('is not hidden by a pool that was requested after the reading', () => {
    const { ledger, look, read, others } = setUp();
    look(0);
    read(10, { used: 6 });
    look(20);
    read(30, { used: 30 });
    ledger.reserve('a', nc24, 40);
    look(50, aPool('a', { provisioningState: 'Creating' }));
    expect(others(60)).toBe(30);
  });

  test('after a restart is taken to be all that is not surely ours, and found out when things settle', () => {
    const { ledger, look, read, fits } = setUp();
    look(0, aPool('a', { provisioningState: 'Creating' }));
    read(10, { used: 24 });
    expect(fits(20)).toBe(false);
    // The limit would do if those cores are the pool's: nobody is sent to ask for more.
    expect(ledger.room({ now: 20 }).shortage(nc24)).toMatchObject({ free: 0, limitNeeded: 48 });
    look(30, aPool('a'));
    look(2 * MINUTE, aPool('a'));
    read(3 * MINUTE, { used: 24 });
    expect(fits(3 * MINUTE + 10)).toBe(true);
  });

  test.each([
    ['failed', { provisioningState: 'Failed' }],
    ['stopped', { powerState: 'Stopped' }],
  ])('has what a pool takes that is %s: at a start at once, else after ten minutes', (_, parts) => {
    const start = setUp();
    start.look(0, aPool('x', parts));
    start.read(10, { used: 0, limit: 24 });
    expect(start.fits(20)).toBe(true);

    const { look, read, free } = setUp();
    look(0, aPool('x'));
    read(10, { used: 24 });
    look(20, aPool('x', parts));
    read(30, { used: 0 });
    expect(free(40)).toBe(24);
    look(11 * MINUTE, aPool('x', parts));
    expect(free(11 * MINUTE)).toBe(24);
    read(12 * MINUTE, { used: 0 });
    expect(free(13 * MINUTE)).toBe(48);
    // It is started again: its cores are ours again, from then on.
    look(14 * MINUTE, aPool('x', { provisioningState: 'Starting' }));
    expect(free(15 * MINUTE)).toBe(24);
  });
});

describe('a reservation', () => {
  test('holds until it is released', () => {
    const { ledger, free } = withQuota();
    expect(free(40)).toBe(24);
    expect([ledger.release('a'), ledger.release('a'), free(50)]).toEqual([true, false, 48]);
  });

  test('is one a claim, and does not stand in its own way', () => {
    const { ledger, free } = withQuota();
    ledger.reserve('b', nc24, 31);
    ledger.reserve('a', nc24, 32);
    expect(free(40)).toBe(0);
    expect(ledger.room({ now: 40, uid: 'a' }).shortage(nc24)).toBeUndefined();
    expect(ledger.room({ now: 40, uid: 'c' }).shortage(nc24)).toMatchObject({ free: 0, limitNeeded: 72 });
    ledger.reserve('a', { ...nc24, vcpus: 6 }, 41);
    expect(free(50)).toBe(18);
  });

  test('lasts until a LIST shows the pool, which then counts once', () => {
    const { ledger, look, free } = withQuota();
    // The LIST may be quicker than the answer to the PUT.
    look(35, aPool('a', { provisioningState: 'Creating' }));
    expect(free(40)).toBe(24);
    ledger.confirmed('a', 'a', 41);
    look(38, aPool('a', { provisioningState: 'Creating' }));
    look(50, aPool('a', { provisioningState: 'Creating' }));
    expect(free(60)).toBe(24);
    look(70);
    expect(free(80)).toBe(48);
  });

  test('outlasts LISTs that lag behind the PUT, but not forever', () => {
    const { ledger, look, free } = withQuota();
    ledger.confirmed('a', 'a', 41);
    look(42 + MINUTE - 2);
    expect(free(MINUTE)).toBe(24);
    look(42 + MINUTE);
    expect(free(MINUTE + 100)).toBe(48);
  });

  test('whose PUT was lost stays until no pool can come of it, though it is released or another is made', () => {
    const { ledger, free } = withQuota();
    ledger.uncertain('a', 1000);
    ledger.release('a');
    expect([ledger.hasReserved('a', nc24, 999), free(999), free(1000)]).toEqual([true, 24, 48]);
    ledger.reserve('b', nc24, 2000);
    ledger.uncertain('b', 3000);
    ledger.reserve('b', { ...nc24, vcpus: 6 }, 2100);
    expect(free(2200)).toBe(24);
  });

  test('whose PUT was lost ends by itself', () => {
    const { ledger, free } = withQuota();
    ledger.uncertain('a', 1000);
    expect([free(999), free(1000)]).toEqual([24, 48]);
  });

  test('whose PUT was lost is the claim`s again for the next attempt', () => {
    const { ledger, free } = withQuota();
    ledger.uncertain('a', 1000);
    ledger.reserve('a', nc24, 500);
    expect(free(2000)).toBe(24);
  });

  test('of a pool that came to nothing does not serve for the next one', () => {
    const { ledger } = withQuota();
    expect(ledger.hasReserved('a', nc24, 40)).toBe(true);
    ledger.confirmed('a', 'a', 41);
    expect(ledger.hasReserved('a', nc24, 42)).toBe(false);
  });
});

describe('a counter', () => {
  test.each([
    ['is not listed', { name: 'standardNDFamily' }],
    ['has no limit', { limit: -1 }],
    ['has a number that is none', { used: NaN }],
    ['has a limit that is none', { limit: Infinity }],
  ])('that %s limits nothing', (_, parts) => {
    const { look, read, fits } = setUp();
    look(0);
    read(10, { used: 48, ...parts });
    expect(fits(20)).toBe(true);
  });

  test('is found whatever its case, and nothing is limited before the first reading or by one that is too old', () => {
    const { ledger, look, read, fits } = setUp();
    look(0);
    expect(fits(5)).toBe(true);
    read(10, { name: FAMILY.toUpperCase(), used: 48 });
    expect(fits(20)).toBe(false);
    expect(ledger.room({ now: 20, blind: true }).shortage(nc24)).toBeUndefined();
  });

  test('of spot has the spot pools alone', () => {
    const { ledger, look, read, free } = setUp();
    look(0, aPool('a', { priority: 'Spot' }));
    read(10, { used: 0 });
    expect(free(20)).toBe(48);
    expect([...ledger.usedCounters(20)]).toEqual(['agentpools', 'lowprioritycores']);
  });
});

test('the cap on agent pools counts everybody`s pools and what is about to come, even blind', () => {
  const { ledger, look } = setUp(3);
  look(0, aPool('a'), anAgentPool('system', { vmSize: 'unknown' }));
  ledger.reserve('b', nc24, 10);
  expect(ledger.room({ now: 20, blind: true }).shortage(nc24)).toEqual({
    counter: 'agentPools',
    displayName: 'agent pools of the cluster',
    needed: 1,
    free: 0,
    limit: 3,
    limitNeeded: 4,
  });
  look(30, aPool('a'), aPool('b'), anAgentPool('system'));
  expect(ledger.headroom('agentpools', 40)).toMatchObject({ ours: 3, free: 0 });
});

test('a cluster that does not tell its cap has that of AKS', () => {
  expect(setUp().ledger.headroom('agentpools', 0)?.limit).toBe(100);
});
