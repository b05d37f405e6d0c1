import type { Lineage, Workspace } from '@kaito/crds';
import { createHash } from 'node:crypto';
import type { TuningPlan } from '@kaito/planner';

/** From what a training makes its adapter, as far as it is known before it runs. */
export function lineageOf({ metadata }: Workspace, { model, trainer }: TuningPlan): Required<Omit<Lineage, 'data'>> {
  const config = createHash('sha256').update(trainer.config).digest('hex');
  return {
    base: model.revision === undefined ? model.id : `${model.id}@${model.revision}`,
    config: `sha256:${config}`,
    workspace: `${metadata.namespace ?? ''}/${metadata.name}`,
  };
}
