import { gpuSkus, plan, presets, type Plan } from '@kaito/planner';
import type { Observed } from './observe.ts';
import { findNameConflicts, type Refusal } from './validate.ts';

/** What a pass works towards: a plan, or the reasons why there is none. */
export type Decision =
  | { readonly plan: Plan; readonly refusals?: undefined }
  | { readonly plan?: undefined; readonly refusals: readonly Refusal[] };

/** Decides what a workspace needs. */
export function decide(observed: Observed): Decision {
  const result = plan({ workspace: observed.workspace, presets, skus: gpuSkus });
  const refusals = result.ok ? findNameConflicts(observed) : result.problems;
  return result.ok && refusals.length === 0 ? { plan: result.plan } : { refusals };
}
