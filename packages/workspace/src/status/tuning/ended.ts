import { annotations, type TuningStatus } from '@kaito/crds';
import type { TuningPlan } from '@kaito/planner';
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

/** Whether the training of a plan has ended, well or not. */
export function hasEnded(observed: Pick<Observed, 'workspace'>, plan: TuningPlan): boolean {
  return endedTraining(observed, plan) !== undefined;
}

/** Whether the nodes of a training that has ended are given back: they are, unless its user wants them kept. */
export function releasesNodes({ workspace }: Pick<Observed, 'workspace'>): boolean {
  return workspace.metadata.annotations?.[annotations.keepNodes] !== 'true';
}
