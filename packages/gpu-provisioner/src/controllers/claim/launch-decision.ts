import type { AgentPool } from '@kaito/azure';
import type { Step } from '../../claims/claim.ts';
import { awaiting } from '../../claims/wording.ts';
import { faultPolicies } from '../../faults/fault-policy.ts';
import { reportOf, unavailable } from '../../faults/launch-failure.ts';
import { describeOwner } from '../../pools/ownership.ts';
import type { PoolRequest } from '../../pools/pool-body.ts';
import type { Pass, Services } from './pass.ts';
import type { RequestVerdict } from './request.ts';

/** Where the launch stands after a pass, and when to look again even if nothing changes. */
export interface LaunchOutcome {
  readonly step: Step;
  readonly requeueAfterMs?: number;
}

export type LaunchDecision =
  | { readonly do: 'nothing'; readonly outcome: LaunchOutcome }
  | { readonly do: 'create'; readonly request: PoolRequest; readonly warnings: readonly string[] }
  | { readonly do: 'discard'; readonly pool: AgentPool };

type Observed = Pick<Pass, 'claim' | 'pool' | 'operation' | 'sighting'>;
type Surroundings = Pick<Services, 'poller' | 'instanceTypes' | 'gate' | 'clock'>;

/** What the list of instance types does not have may be there at the next reading. */
const UNOFFERED_RECHECK_MS = 10 * 60_000;
/** How long a pool may show as failed after its DELETE was accepted before it is deleted again. */
const DISCARD_PATIENCE_MS = 60_000;

/** Decides the next move of a launch. Pure but for the clock that it reads. */
export function decideLaunch(
  observed: Observed,
  around: Surroundings,
  found: { readonly joined: boolean; readonly verdict: RequestVerdict },
): LaunchDecision {
  const { claim, pool, sighting } = observed;
  if (found.joined) return nothing({ state: 'done' });
  if (sighting.state === 'unread') return nothing(unread(around));
  if (sighting.state === 'foreign') return nothing(notOwned(sighting.pool));
  if (sighting.state === 'accepted') return nothing(inProgress(pool, 'Creating'));
  if (sighting.state === 'ours') return ownPool(observed, sighting.pool, around);
  // It had a machine once: a claim is one machine, and never gets a second one.
  if (claim.status.providerID) return nothing({ state: 'unchanged' });
  return missingPool(observed, around, found.verdict);
}

/** The report on a pool that AKS is working on; benign to those who watch for trouble. */
export function inProgress(pool: string, state: string): Extract<Step, { state: 'waiting' }> {
  const what = state === 'Succeeded' ? 'is there; its node has not joined the cluster yet' : `is ${state || 'new'}`;
  return { state: 'waiting', reason: awaiting.reason, message: `agent pool ${pool} ${what}` };
}

function ownPool({ claim, operation }: Observed, pool: AgentPool, { clock }: Surroundings): LaunchDecision {
  const progress = operation.discarding && operation.failure ? reportOf(operation.failure) : ofState(pool);
  if (!isFailed(pool)) return nothing(progress);
  // The machine was there: what failed since was something else, and it may well still run.
  if (claim.status.providerID) return nothing({ state: 'unchanged' });
  const now = clock.monotonic();
  const heldFor = (operation.refusedDeletion?.heldUntil ?? 0) - now;
  if (heldFor > 0) return nothing(progress, heldFor);
  const patient = operation.deleted !== undefined && now - operation.deleted.at < DISCARD_PATIENCE_MS;
  return patient ? nothing(progress) : { do: 'discard', pool };
}

function missingPool(observed: Observed, around: Surroundings, verdict: RequestVerdict): LaunchDecision {
  const { claim, operation } = observed;
  const now = around.clock.monotonic();
  const failure = operation.failure?.generation === claim.generation ? operation.failure : undefined;
  if (failure?.final) return nothing(reportOf(failure));
  if (failure && failure.retryAt > now) return nothing(reportOf(failure), failure.retryAt - now);
  if (!around.instanceTypes.settled) return nothing({ state: 'waiting', ...awaiting });
  if (!verdict.ok) return refused(verdict.refusal);
  const closedFor = around.gate.opensIn(now);
  if (closedFor > 0) return nothing(held(), closedFor);
  return { do: 'create', request: verdict.request, warnings: verdict.warnings };
}

function refused({ reason, message }: { readonly reason: string; readonly message: string }): LaunchDecision {
  if (reason !== faultPolicies.sku.reason) return nothing({ state: 'failed', reason, message });
  return nothing({ state: 'failed', reason, message: unavailable(message) }, UNOFFERED_RECHECK_MS);
}

function unread({ poller }: Surroundings): Step {
  if (!poller.failure) return { state: 'waiting', ...awaiting };
  const message = `the agent pools of the cluster cannot be read: ${poller.failure.message}`;
  return { state: 'waiting', reason: faultPolicies.transient.reason, message };
}

function held(): Step {
  const { reason, nextStep } = faultPolicies.throttled;
  return { state: 'waiting', reason, message: `waiting to request the agent pool: ${nextStep}` };
}

function notOwned(pool: AgentPool): Step {
  const { reason, nextStep } = faultPolicies.exists;
  const message = `agent pool ${pool.name} is not this claim's: ${describeOwner(pool)}; ${nextStep}`;
  return { state: 'failed', reason, message };
}

function ofState({ name, provisioningState }: AgentPool): Step {
  return inProgress(name, provisioningState);
}

function isFailed({ provisioningState }: AgentPool): boolean {
  return provisioningState === 'Failed' || provisioningState === 'Canceled';
}

function nothing(step: Step, requeueAfterMs?: number): LaunchDecision {
  return { do: 'nothing', outcome: { step, ...(requeueAfterMs !== undefined && { requeueAfterMs }) } };
}
