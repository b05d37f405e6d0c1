import { annotations, type TuningStatus } from '@kaito/crds';
import type { Plan, TuningPlan } from '@kaito/planner';
import type { Observed } from '../../observed.ts';
import { trainingDigest } from '../../render/tuning/training-digest.ts';

/** How a training ended. */
export type Outcome = NonNullable<TuningStatus['outcome']>;

/**
 * What status says of a training that has ended; undefined while it has not. It stands there for good: Job, pod and node may go, and the
 * training is not begun again for as long as what it was of stays the same.
 */
export function endedTraining(
  { workspace }: Pick<Observed, 'workspace'>,
  plan: TuningPlan,
): (TuningStatus & { readonly outcome: Outcome }) | undefined {
  const told = workspace.status?.tuning;
  if (!told?.outcome || told.of !== trainingDigest(plan)) return undefined;
  return { ...told, outcome: told.outcome };
}

/** Whether a plan is for a training, and that has ended, well or not. */
export function hasEnded(observed: Pick<Observed, 'workspace'>, plan: Plan): boolean {
  return plan.job === 'tuning' && endedTraining(observed, plan) !== undefined;
}

/** Whether the nodes of a plan are given back: its training has ended, and its user does not want them kept. */
export function releasesNodes(observed: Pick<Observed, 'workspace'>, plan: Plan): boolean {
  const { annotations: own } = observed.workspace.metadata;
  return hasEnded(observed, plan) && own?.[annotations.keepNodes] !== 'true';
}
