import { describePoint } from '../plan/crash-point.ts';
import { schedule } from '../plan/schedule.ts';
import { faults, STEPS } from './fault.ts';
import { canSucceed, field, planRound, trainingsNeeded } from './plan-round.ts';

const all = schedule(7, field);

describe('a schedule', () => {
  test('has every crash point and every fault among its first 200', () => {
    const first = all.slice(0, 200);
    expect(new Set(first.map(({ point }) => describePoint(point))).size).toBe(field.points.length);
    expect(new Set(first.map(({ fault }) => fault.id))).toEqual(new Set(faults.map(({ id }) => id)));
  });
});

describe('a round', () => {
  const rounds = all.map(combination => planRound(7, combination));
  const only = (id: string) => rounds.filter(({ fault }) => fault.id === id).map(({ trainings }) => trainings);

  test('has enough trainings for its point that nobody deletes early, and one that can succeed and is wanted to the end', () => {
    for (const { trainings, point } of rounds) {
      const lasting = trainings.filter(({ deletedWhen }) => deletedWhen === undefined || deletedWhen === 'ended');
      expect(lasting.length).toBeGreaterThanOrEqual(trainingsNeeded(point));
      expect(trainings.some(training => canSucceed(training) && training.deletedWhen === undefined)).toBe(true);
    }
  });

  test('takes one attempt at most from a training: a step is killed, or somebody meddles', () => {
    const meddled = rounds.filter(({ fault }) => fault.deed !== undefined).flatMap(({ trainings }) => trainings);
    expect(meddled.filter(training => training.killed)).toEqual([]);
    const killed = rounds.flatMap(({ trainings }) => trainings.flatMap(training => training.killed ?? []));
    expect(new Set(killed.map(({ step }) => step))).toEqual(new Set(STEPS));
  });

  test('has somebody to do its deed to', () => {
    expect(only('spot-evicted').every(trainings => trainings.every(({ spot }) => spot))).toBe(true);
    expect(only('output-edited').every(([first]) => first?.kind === 'image')).toBe(true);
  });

  test('is the same each time', () => {
    expect(all.map(combination => planRound(7, combination))).toEqual(rounds);
  });
});
