import { checkNodeImageFamily } from '../node-image-family.ts';
import { checkNodeLabels } from '../node-labels.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import type { Problem } from '../problem.ts';
import { checkAdapters } from './adapters.ts';
import { checkAnnotations } from './annotations.ts';
import { checkModel } from './model.ts';
import { checkName } from './name.ts';
import { checkNodeCount } from './node-count.ts';
import { checkOfferings } from './offerings.ts';
import { checkPartition } from './partition.ts';
import { checkWorkload } from './workload.ts';

/** Everything about a workspace that is wrong field by field, whatever size it would run on. */
export function checkFields(input: PlanInput): readonly Problem[] {
  const { workspace, provisioning } = input;
  return [
    ...checkName(workspace),
    ...checkWorkload(workspace),
    ...checkAnnotations(workspace),
    ...checkModel(input),
    ...checkAdapters(workspace),
    ...checkOfferings(input),
    ...checkPartition(input),
    ...checkNodeCount(workspace),
    ...checkNodeImageFamily(workspace),
    ...checkNodeLabels(workspace, provisioning.mode === 'brought'),
  ];
}
