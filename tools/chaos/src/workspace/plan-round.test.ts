import { describePoint } from '../plan/crash-point.ts';
import { schedule } from '../plan/schedule.ts';
import { faults } from './fault.ts';
import { field, planRound, workspacesNeeded } from './plan-round.ts';

const all = schedule(7, field);

describe('a schedule', () => {
  test('holds well over 100 different combinations, each once', () => {
    const titles = all.map(({ point, fault }) => `${describePoint(point)} × ${fault.id}`);
    expect(all.length).toBeGreaterThan(500);
    expect(new Set(titles).size).toBe(all.length);
  });

  test('has every crash point and every fault among its first 250', () => {
    const first = all.slice(0, 250);
    expect(new Set(first.map(({ point }) => describePoint(point))).size).toBe(field.points.length);
    expect(new Set(first.map(({ fault }) => fault.id))).toEqual(new Set(faults.map(({ id }) => id)));
  });
});

describe('a round', () => {
  const rounds = all.map(combination => planRound(7, combination));

  test('has enough workspaces for its point that nobody deletes early, and one that is wanted to the end', () => {
    for (const { workspaces, point } of rounds) {
      const served = workspaces.filter(({ nameTakenBy }) => nameTakenBy === undefined);
      const lasting = served.filter(({ deletedWhen }) => deletedWhen === undefined || deletedWhen === 'ready');
      expect(lasting.length).toBeGreaterThanOrEqual(workspacesNeeded(point));
      expect(served.some(({ deletedWhen }) => deletedWhen === undefined)).toBe(true);
    }
  });

  test('has names of its own, and at times one that somebody else has', () => {
    for (const { id, workspaces } of rounds)
      expect(workspaces.every(({ name }) => name.startsWith(`${id}-`))).toBe(true);
    const taken = rounds.flatMap(({ workspaces }) => workspaces.map(({ nameTakenBy }) => nameTakenBy));
    expect(new Set(taken)).toEqual(new Set([undefined, 'Service', 'StatefulSet', 'Deployment']));
  });

  test('is the same each time', () => {
    expect(all.map(combination => planRound(7, combination))).toEqual(rounds);
  });
});
