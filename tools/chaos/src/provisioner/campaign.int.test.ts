import { jest } from '@jest/globals';
import { chosenRounds } from '../round/chosen-rounds.ts';
import { provisioner } from './target.ts';

jest.setTimeout(120_000);

/** The short form of `npm run chaos -- provisioner`; the long one takes many more points, under every fault. */
const SEED = 20_250;

const rounds: readonly (readonly [point: string, fault: string])[] = [
  ['after PUT agentPools #1', 'put-answer-lost'],
  ['before PUT agentPools #2', 'claim-deleted'],
  ['after hold claim #1', 'put-500-with-effect'],
  ['after claim status #4', 'status-409'],
  ['after hold node #2', 'node-deleted'],
  ['after DELETE agentPools #1', 'delete-answer-lost'],
  ['before release node #1', 'stale-list'],
  ['before release claim #1', 'killed-twice'],
];

test('killed at eight points under eight faults, the provisioner loses no claim, leaks no pool and makes none twice', async () => {
  const { outcome, logs } = await chosenRounds(provisioner, SEED, rounds);
  expect({ outcome, logs }).toEqual({
    outcome: rounds.map(([point, fault]) => ({ point, fault, crashed: true, violations: [] })),
    logs: [],
  });
});
