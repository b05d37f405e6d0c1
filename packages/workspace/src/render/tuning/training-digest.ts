import { canonicalDigest } from '@kaito/kube';
import type { TuningPlan } from '@kaito/planner';

/** Hexadecimal digits: enough that two trainings of a workspace never meet. */
const digits = 16;

/**
 * What a training is of: all that its user wrote. With the same digest a training that has ended is not begun again, and one that lost its
 * node goes on from its checkpoints, on whatever size of node. Nothing of ours counts: another version of Kaito, with other defaults or
 * other images, must not train anew.
 */
export function trainingDigest({ asked }: Pick<TuningPlan, 'asked'>): string {
  return canonicalDigest(asked).slice(0, digits);
}
