import type { WorkspaceChange } from '@kaito/crds';
import type { Plan, PlanResult } from '@kaito/planner';
import type { Observed } from '../observed.ts';
import type { ProvisionerName, Verdict } from '../provisioning/provisioning.ts';
import type { RolloutDecision } from '../revisions/rollout.ts';

/** A step of the pass that failed; `claims` is told from all others. */
export interface StepTrouble {
  readonly step: string;
  readonly reason: string;
  readonly message: string;
}

/** All that the status of a workspace is computed from. */
export interface StatusInput {
  readonly observed: Observed;
  /** The verdict on the workspace as it stands. */
  readonly result: PlanResult;
  /** The plan of the last good revision, which is worked towards while the workspace as it stands is refused. */
  readonly kept?: Plan | undefined;
  /** Digest of the section `resource`, with which the ladder of the plan begins anew. */
  readonly ladder?: string | undefined;
  /** How nodes are had: name and mode of the `Provisioning`, and its condition. */
  readonly provisioning: {
    readonly name: ProvisionerName;
    readonly mode: 'auto' | 'brought';
    readonly condition: string | undefined;
  };
  /** How far the claims are, as the provisioning says; undefined where there are none. */
  readonly claims?: Verdict | undefined;
  readonly rollout?: RolloutDecision | undefined;
  /** What this pass could not do, if anything. */
  readonly failure?: StepTrouble | undefined;
  /** The present revision; what status says of it stays when absent. */
  readonly revision?: { readonly number: number; readonly lastChange?: WorkspaceChange | undefined } | undefined;
}

/** The plan that is worked towards. */
export function plannedBy({ result, kept }: Pick<StatusInput, 'result' | 'kept'>): Plan | undefined {
  return result.ok ? result.plan : kept;
}
