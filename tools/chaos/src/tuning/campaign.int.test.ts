import { jest } from '@jest/globals';
import { chosenRounds } from '../round/chosen-rounds.ts';
import { tuning } from './target.ts';

jest.setTimeout(120_000);

/** The short form of `npm run chaos -- tuning`; the long one takes every crash point, under many more faults. */
const SEED = 21_438;

const rounds: readonly (readonly [point: string, fault: string])[] = [
  ['before training outcome #1', 'none'],
  ['after training outcome #1', 'writes-409'],
  ['after apply job #1', 'spot-evicted'],
];

test('killed just before and after the end of a training, and when one began that loses its machine, the controller tells each end once, and exactly', async () => {
  const { outcome, logs } = await chosenRounds(tuning, SEED, rounds);
  expect({ outcome, logs }).toEqual({
    outcome: rounds.map(([point, fault]) => ({ point, fault, crashed: true, violations: [] })),
    logs: [],
  });
});
