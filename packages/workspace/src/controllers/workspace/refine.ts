import type { Client, StatefulSet } from '@kaito/kube';
import type { Observed } from '../../observed.ts';
import type { Provisioning } from '../../provisioning/provisioning.ts';
import { planAsServed, servesOn } from '../../workload/predecessor.ts';
import { hasOpenParts, rehearse, type RehearsedWorkload } from '../../workload/rehearse.ts';
import { hasBegun, type Decision, type Target } from './decide.ts';

/** What serves on as KAITO made it keeps its nodes, however many are planned. */
export function keepWhatServes(
  { statefulSet }: Observed,
  decision: Decision,
  render: (target: Target) => StatefulSet | undefined,
): Decision {
  const { result, target } = decision;
  const plan = target && planAsServed(statefulSet, target.plan);
  if (!plan) return decision;
  const served = { ...target, plan };
  const desired = render(served);
  if (!desired || !servesOn(statefulSet, desired)) return decision;
  return { ...decision, result: result.ok ? { ok: true, plan } : result, target: served };
}

/** What the API server would refuse is found out before the first node is paid for. */
export async function rehearsed(
  observed: Observed,
  decision: Decision,
  render: (target: Target) => RehearsedWorkload,
  tools: { readonly client: Client; readonly mode: Provisioning['mode']; readonly signal: AbortSignal },
): Promise<Decision> {
  const { result, target } = decision;
  if (!result.ok || !target || tools.mode === 'brought' || hasBegun(observed)) return decision;
  if (!hasOpenParts(observed.workspace)) return decision;
  const problems = await rehearse(observed.workspace, render(target), tools);
  return problems.length > 0 ? { ...decision, result: { ok: false, problems }, target: undefined } : decision;
}
