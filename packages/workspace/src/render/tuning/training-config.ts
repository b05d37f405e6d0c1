import type { TuningPlan } from '@kaito/planner';
import { apiVersionOf, configMaps, type ConfigMap } from '@kaito/kube';
import { configKeys } from '../../observe/trim.ts';
import { ownerReference } from '../ownership.ts';
import type { RenderInput } from '../render-input.ts';
import { tuningConfigName } from './names.ts';
import { trainProgram } from './train-program.ts';

/** Key of the program that starts the trainer. */
export const programKey = 'train.py';

/**
 * The settings of a training as they are when it begins, with the program that starts the trainer: an attempt after an eviction must go on
 * with what the first one had, whatever became of the user's ConfigMap meanwhile.
 */
export function renderTrainingConfig({ workspace, plan }: RenderInput<TuningPlan>): ConfigMap {
  return {
    apiVersion: apiVersionOf(configMaps),
    kind: configMaps.kind,
    metadata: {
      name: tuningConfigName(workspace),
      namespace: workspace.metadata.namespace ?? '',
      ownerReferences: [ownerReference(workspace)],
    },
    data: { [configKeys.tuning]: plan.trainer.config, [programKey]: trainProgram },
  };
}
