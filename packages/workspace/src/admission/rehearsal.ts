import type { Workspace } from '@kaito/crds';
import { jobs, statefulSets, type Client } from '@kaito/kube';
import { plan, type PlanInput, type Problem } from '@kaito/planner';
import type { Provisioning } from '../provisioning/provisioning.ts';
import type { RenderSettings } from '../render/render-input.ts';
import { renderTraining } from '../render/tuning/training.ts';
import { renderWorkload } from '../render/workload.ts';
import { hasOpenParts, rehearse } from '../workload/rehearse.ts';

/** What the API server would say of the pods of a workspace that is being applied; nothing of one whose pods are all ours. */
export type Rehearsal = (workspace: Workspace, input: PlanInput, signal: AbortSignal) => Promise<readonly Problem[]>;

export interface RehearsalParts {
  readonly client: Pick<Client, 'apply'>;
  readonly provisioning: Pick<Provisioning, 'mode' | 'ownership'>;
  readonly rendering: RenderSettings;
}

/** Plans and renders as the controller will, and asks the API server without storing anything. */
export function rehearsal({ client, provisioning, rendering: settings }: RehearsalParts): Rehearsal {
  return async (workspace, input, signal) => {
    if (!hasOpenParts(workspace)) return [];
    const result = plan(input);
    if (!result.ok) return [];
    const { plan: planned } = result;
    const podNodeLabels = provisioning.ownership(workspace);
    const common = { workspace, podNodeLabels, mode: provisioning.mode, revision: 1, settings };
    const workload =
      planned.job === 'tuning'
        ? { resource: jobs, object: renderTraining({ ...common, plan: planned }).job }
        : { resource: statefulSets, object: renderWorkload({ ...common, plan: planned }).statefulSet };
    return rehearse(workspace, workload, { client, signal });
  };
}
