import { amountsOf } from './amounts.ts';
import type { Demand } from './demand.ts';
import { Room } from './room.ts';
import type { Headroom } from './room.ts';

const nc24: Demand = { vcpus: 24, family: 'standardNCADSA100v4Family', spot: false };

type Numbers = Pick<Headroom, 'limit' | 'others' | 'ours'>;

function roomWith(counters: Readonly<Record<string, Numbers>>): Room {
  return new Room(key => {
    const numbers = counters[key];
    if (!numbers) return undefined;
    const free = Math.max(0, numbers.limit - numbers.others - numbers.ours);
    return { counter: key, displayName: key, othersAtLeast: numbers.others, inFlight: 0, free, ...numbers };
  });
}

test('machines on demand take of family, region and agent pools, spot machines of their own counter instead', () => {
  expect([...amountsOf(nc24, 2)]).toEqual([
    ['agentpools', 1],
    ['standardncadsa100v4family', 48],
    ['cores', 48],
  ]);
  expect([...amountsOf({ ...nc24, spot: true })]).toEqual([
    ['agentpools', 1],
    ['lowprioritycores', 24],
  ]);
});

test.each([0, -1, NaN, Infinity])('a size of %d cores takes a pool only', vcpus => {
  expect([...amountsOf({ ...nc24, vcpus })]).toEqual([['agentpools', 1]]);
});

test('a family that is not known limits nothing', () => {
  expect([...amountsOf({ ...nc24, family: '' }).keys()]).toEqual(['agentpools', 'cores']);
});

test('a counter that nobody knows limits nothing', () => {
  expect(roomWith({}).shortage(nc24)).toBeUndefined();
});

test('what just fits, fits', () => {
  const room = roomWith({ cores: { limit: 48, others: 10, ours: 14 } });
  expect(room.shortage(nc24)).toBeUndefined();
  expect(room.shortage({ ...nc24, vcpus: 25 })).toMatchObject({ needed: 25, free: 24, limit: 48, limitNeeded: 49 });
});

test('a limit below the use leaves nothing, and says what would be enough', () => {
  const room = roomWith({ cores: { limit: 10, others: 20, ours: 0 } });
  expect(room.shortage(nc24)).toMatchObject({ free: 0, limit: 10, limitNeeded: 44 });
});

const family = nc24.family.toLowerCase();
test.each([
  [
    'the one that lacks most',
    { cores: { limit: 0, others: 0, ours: 0 }, [family]: { limit: 10, others: 0, ours: 0 } },
    'cores',
  ],
  [
    'of equals the family',
    { cores: { limit: 9, others: 9, ours: 0 }, [family]: { limit: 0, others: 0, ours: 0 } },
    family,
  ],
  [
    'the cap on pools',
    { cores: { limit: 0, others: 0, ours: 0 }, agentpools: { limit: 1, others: 0, ours: 1 } },
    'agentpools',
  ],
])('of several short counters, told is %s', (_, counters: Readonly<Record<string, Numbers>>, told) => {
  expect(roomWith(counters).shortage(nc24)?.counter).toBe(told);
});

test('what one takes, the next does not have', () => {
  const room = roomWith({ cores: { limit: 60, others: 0, ours: 0 } });
  expect([room.takeFirst([nc24]), room.takeFirst([nc24]), room.takeFirst([nc24])]).toEqual([true, true, false]);
  expect(room.takeFirst([nc24, { ...nc24, vcpus: 12 }])).toBe(true);
  expect(room.shortage({ ...nc24, vcpus: 1 })).toMatchObject({ free: 0, limitNeeded: 61 });
});
