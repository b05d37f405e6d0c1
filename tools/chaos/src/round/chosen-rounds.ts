import { systemClock } from '@kaito/kube';
import { runCampaign } from '../campaign.ts';
import { describePoint } from '../plan/crash-point.ts';
import type { Fault } from '../plan/fault.ts';
import { schedule } from '../plan/schedule.ts';
import type { PlannedRound } from '../plan/schedule.ts';
import type { Logs, RoundResult, RoundWorld, Target } from '../target.ts';

/** A campaign of rounds that were picked by hand, for tests. */
export interface ChosenOutcome {
  readonly outcome: readonly Pick<RoundResult, 'point' | 'fault' | 'crashed' | 'violations'>[];
  /** What the controllers wrote in the rounds that broke a promise. */
  readonly logs: readonly Logs[];
}

const WITHIN_MS = 110_000;

/**
 * Runs the rounds of a seed that have these points and faults, in this order, on one stack.
 * @throws Error when the schedule has no such round.
 */
export async function chosenRounds<F extends Fault, P extends PlannedRound, W extends RoundWorld>(
  target: Target<F, P, W>,
  seed: number,
  rounds: readonly (readonly [point: string, fault: string])[],
): Promise<ChosenOutcome> {
  const all = schedule(seed, target.field);
  const plans = rounds.map(([point, fault]) => {
    const found = all.find(combination => describePoint(combination.point) === point && combination.fault.id === fault);
    if (!found) throw new Error(`the schedule has no ${point} × ${fault}`);
    return target.plan(seed, found);
  });
  const broken: Logs[] = [];
  const results = await runCampaign({
    target,
    plans,
    shards: 1,
    clock: systemClock,
    signal: AbortSignal.timeout(WITHIN_MS),
    onRound: ({ violations }, logs) => {
      if (violations.length > 0) broken.push(logs);
    },
  });
  return {
    outcome: results.map(({ point, fault, crashed, violations }) => ({ point, fault, crashed, violations })),
    logs: broken,
  };
}
