import type { Workspace } from '@kaito/crds';
import { canonicalDigest } from '@kaito/kube';
import type { TuningPlan } from '@kaito/planner';

/** Hexadecimal digits: enough that two trainings of a workspace never meet. */
const digits = 16;

/**
 * What a training is of: everything that its result depends on. With the same digest a training that has ended is not begun again, and one
 * that lost its node goes on from its checkpoints, on whatever size of node.
 */
export function trainingDigest({ tuning }: Workspace, { model, trainer }: TuningPlan): string {
  const { preset, method, input, output } = tuning ?? {};
  const base = { id: model.id, weights: trainer.weights?.reference, image: preset?.presetOptions?.image };
  return canonicalDigest({ base, method, input, output, config: trainer.config }).slice(0, digits);
}
