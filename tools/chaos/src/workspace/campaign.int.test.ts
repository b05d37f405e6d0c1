import { jest } from '@jest/globals';
import { chosenRounds } from '../round/chosen-rounds.ts';
import { workspace } from './target.ts';

jest.setTimeout(120_000);

/** The short form of `npm run chaos -- workspace`; the long one takes many more points, under every fault. */
const SEED = 20_261;

const rounds: readonly (readonly [point: string, fault: string])[] = [
  ['before hold workspace #1', 'writes-409'],
  ['after create claim #1', 'claim-answers-lost'],
  ['before create claim #2', 'node-deleted'],
  ['after apply workload #1', 'workspace-anew'],
  ['before workspace status #3', 'workload-deleted'],
  ['before release workspace #1', 'killed-twice'],
];

test('killed at six points under six faults, the controller has every workspace served, asks for no node twice and leaves nothing', async () => {
  const { outcome, logs } = await chosenRounds(workspace, SEED, rounds);
  expect({ outcome, logs }).toEqual({
    outcome: rounds.map(([point, fault]) => ({ point, fault, crashed: true, violations: [] })),
    logs: [],
  });
});
