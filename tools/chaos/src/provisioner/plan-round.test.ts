import { describePoint } from '../plan/crash-point.ts';
import { schedule as scheduleOf, select as selectFrom } from '../plan/schedule.ts';
import type { Selection } from '../plan/schedule.ts';
import { titleOf } from '../round/result.ts';
import { faults } from './fault.ts';
import { claimsNeeded, field, planRound } from './plan-round.ts';

const schedule = (seed: number): ReturnType<typeof scheduleOf<(typeof faults)[number]>> => scheduleOf(seed, field);
const select = (seed: number, selection: Selection): ReturnType<typeof schedule> => selectFrom(seed, field, selection);

const title = ({ point, fault }: ReturnType<typeof schedule>[number]): string =>
  `${describePoint(point)} × ${fault.id}`;

describe('the crash points', () => {
  test('are all different, on both sides of every kind of write that a provisioner makes on its own account', () => {
    const { points } = field;
    expect(new Set(points.map(describePoint)).size).toBe(points.length);
    const kinds = new Set(points.map(({ request }) => request));
    expect(kinds.size).toBe(10);
    for (const kind of kinds)
      expect(points.filter(({ request }) => request === kind).map(({ side }) => side)).toEqual(
        expect.arrayContaining(['before', 'after']),
      );
  });
});

describe('a schedule', () => {
  const all = schedule(7);

  test('holds more than 500 different combinations, each once', () => {
    expect(all.length).toBeGreaterThan(500);
    expect(new Set(all.map(title)).size).toBe(all.length);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  test('has every crash point and every fault among the first 200', () => {
    const first = all.slice(0, 200);
    expect(new Set(first.map(({ point }) => describePoint(point))).size).toBe(field.points.length);
    expect(new Set(first.map(({ fault }) => fault.id))).toEqual(new Set(faults.map(({ id }) => id)));
  });

  test('is the same for the same seed and another for another', () => {
    expect(schedule(7)).toEqual(all);
    expect(schedule(8).map(title)).not.toEqual(all.map(title));
  });
});

describe('a round', () => {
  test('is the same when it is asked for alone, and its command asks for it', () => {
    const [, , third] = select(7, { rounds: 3 }).map(combination => planRound(7, combination));
    const alone = select(7, { rounds: 230, points: 4, only: ['p3'] }).map(combination => planRound(7, combination));
    expect(alone).toEqual([third]);
    expect(third && titleOf(field.name, third).replay).toBe('npm run chaos -- provisioner --seed 7 --only p3');
  });

  test('has another scenario under another seed', () => {
    const [combination] = schedule(7);
    if (!combination) throw new Error('the schedule is empty');
    const plans = Array.from({ length: 20 }, (_, seed) => JSON.stringify(planRound(seed, combination).claims));
    expect(new Set(plans).size).toBeGreaterThan(5);
  });

  test('has enough claims for its point, both kinds, one that is wanted to the end, and names of its own', () => {
    for (const combination of schedule(7)) {
      const { claims, point } = planRound(7, combination);
      const lasting = claims.filter(({ deletedWhen }) => deletedWhen === undefined || deletedWhen === 'ready');
      expect(lasting.length).toBeGreaterThanOrEqual(claimsNeeded(point));
      expect(new Set(claims.map(({ kind }) => kind)).size).toBe(2);
      expect(claims.some(({ deletedWhen }) => deletedWhen === undefined)).toBe(true);
      expect(claims.every(({ name }) => new RegExp(`^${combination.id}[mn]\\d`).test(name))).toBe(true);
    }
  });

  test('is killed a second time only where the fault says so', () => {
    for (const combination of schedule(7))
      expect(planRound(7, combination).secondPoint !== undefined).toBe(combination.fault.twice === true);
  });
});

describe('a selection', () => {
  test('takes no more rounds than asked for, in the order of the schedule', () => {
    expect(select(7, { rounds: 5 })).toEqual(schedule(7).slice(0, 5));
  });

  test('of points takes so many, from the first kind of request to the last', () => {
    const points = [...new Set(select(7, { rounds: 10_000, points: 5 }).map(({ point }) => describePoint(point)))];
    expect(points).toHaveLength(5);
    expect(new Set(points.map(point => point.split(' ').slice(1, 3).join(' '))).size).toBeGreaterThan(3);
  });

  test('of faults takes only those, and refuses one that there is not', () => {
    const [first] = faults;
    const chosen = select(7, { rounds: 10_000, faults: [first?.id ?? ''] });
    expect(new Set(chosen.map(({ fault }) => fault))).toEqual(new Set([first]));
    expect(() => select(7, { rounds: 1, faults: ['bad-luck'] })).toThrow(/no fault bad-luck.*none.*killed-twice/);
  });

  test('refuses an id that there is not, and says which there are', () => {
    expect(() => select(7, { rounds: 1, only: ['p99999'] })).toThrow(/no p99999.*p1 to p\d+/);
  });
});
