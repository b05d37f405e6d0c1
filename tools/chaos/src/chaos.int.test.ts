import { jest } from '@jest/globals';
import { systemClock } from '@kaito/kube';
import { runCampaign } from './campaign.ts';
import { describePoint } from './plan/crash-point.ts';
import { planRound, schedule } from './plan/schedule.ts';

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
  const all = schedule(SEED);
  const plans = rounds.map(([point, fault]) => {
    const found = all.find(combination => describePoint(combination.point) === point && combination.fault.id === fault);
    if (!found) throw new Error(`the schedule has no ${point} × ${fault}`);
    return planRound(SEED, found);
  });
  const logs: string[] = [];
  const results = await runCampaign({
    plans,
    shards: 1,
    clock: systemClock,
    signal: AbortSignal.timeout(110_000),
    onRound: ({ violations }, log) => {
      if (violations.length > 0) logs.push(log);
    },
  });
  const outcome = results.map(({ point, fault, crashed, violations }) => ({ point, fault, crashed, violations }));
  expect({ outcome, logs }).toEqual({
    outcome: rounds.map(([point, fault]) => ({ point, fault, crashed: true, violations: [] })),
    logs: [],
  });
});
