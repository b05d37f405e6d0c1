import { isAzureError } from '@kaito/azure';
import type { AgentPool } from '@kaito/azure';
import type { Step } from '../../claims/claim.ts';
import { awaiting } from '../../claims/wording.ts';
import { describeOutage } from '../../faults/describe-outage.ts';
import { diagnose } from '../../faults/diagnose.ts';
import { faultPolicies } from '../../faults/fault-policy.ts';
import { reportOf } from '../../faults/launch-failure.ts';
import type { LaunchFailure, LaunchFault } from '../../faults/launch-failure.ts';
import { describeOwner } from '../../pools/ownership.ts';
import { punctuality } from './launch-deadline.ts';
import type { Pass, Services } from './pass.ts';

/** Where the launch stands after a pass, and when to look again even if nothing changes. */
export interface LaunchOutcome {
  readonly step: Step;
  readonly requeueAfterMs?: number;
  /** No machine can be had for the claim: only time, or another claim, can help. */
  readonly exhausted?: true;
}

export type LaunchDecision =
  | { readonly do: 'nothing'; readonly outcome: LaunchOutcome }
  /** There is no pool, and nothing stands against making one. */
  | { readonly do: 'make' }
  /** The pool is of no use: it failed, or took too long. */
  | { readonly do: 'discard'; readonly pool: AgentPool; readonly late: LaunchFault | undefined };

type Observed = Pick<Pass, 'claim' | 'pool' | 'operation' | 'sighting'>;
type Surroundings = Pick<Services, 'poller' | 'gate' | 'clock' | 'deadlines'>;

/** How long a pool may show as failed after its DELETE was accepted before it is deleted again. */
const DISCARD_PATIENCE_MS = 60_000;

/**
 * Decides the next move of a launch from what was observed. Pure but for the clock that it reads.
 * @param joined the claim's node is there
 */
export function decideLaunch(observed: Observed, around: Surroundings, joined: boolean): LaunchDecision {
  const { claim, pool, sighting } = observed;
  if (joined) return nothing({ state: 'done' });
  if (sighting.state === 'unread') return nothing(unread(around));
  if (sighting.state === 'foreign') return nothing(notOwned(sighting.pool));
  if (sighting.state === 'accepted') return nothing(inProgress(pool, 'Creating'));
  if (sighting.state === 'ours') return ownPool(observed, sighting.pool, around);
  // It had a machine once: a claim is one machine, and never gets a second one.
  if (claim.status.providerID) return nothing({ state: 'unchanged' });
  return missingPool(observed, around);
}

/** The report on a pool that AKS is working on; benign to those who watch for trouble. */
export function inProgress(pool: string, state: string): Extract<Step, { state: 'waiting' }> {
  const what = state === 'Succeeded' ? 'is there; its node has not joined the cluster yet' : `is ${state || 'new'}`;
  return { state: 'waiting', reason: awaiting.reason, message: `agent pool ${pool} ${what}` };
}

function ownPool(observed: Observed, pool: AgentPool, around: Surroundings): LaunchDecision {
  const { claim, operation } = observed;
  const { clock, deadlines } = around;
  const failing = operation.discarding && operation.failure ? reportOf(operation.failure) : undefined;
  const progress = failing ?? inProgress(pool.name, pool.provisioningState);
  // The machine was there: what failed since was something else, and it may well still run.
  if (claim.status.providerID) return nothing(isFailed(pool) ? { state: 'unchanged' } : progress);
  const time = punctuality(pool, operation.finishedAt, deadlines, clock.now());
  if (isFailed(pool)) return discarded(observed, around, { pool, late: undefined, progress });
  return 'late' in time
    ? discarded(observed, around, { pool, late: time.late, progress })
    : nothing(progress, time.dueInMs);
}

/** A pool to be got rid of, unless that is under way, or Azure would not do it now. */
function discarded(
  { operation }: Observed,
  { clock }: Surroundings,
  useless: { readonly pool: AgentPool; readonly late: LaunchFault | undefined; readonly progress: Step },
): LaunchDecision {
  const { pool, late, progress } = useless;
  const now = clock.monotonic();
  const heldFor = (operation.refusedDeletion?.heldUntil ?? 0) - now;
  if (heldFor > 0) return nothing(progress, heldFor);
  const deletedAt = operation.deleted?.at ?? -Infinity;
  const leaving = pool.provisioningState === 'Deleting' || now - deletedAt < DISCARD_PATIENCE_MS;
  return leaving ? nothing(progress, DISCARD_PATIENCE_MS) : { do: 'discard', pool, late };
}

function missingPool({ claim, operation }: Observed, { clock, gate }: Surroundings): LaunchDecision {
  const now = clock.monotonic();
  const failure = operation.failure?.generation === claim.generation ? operation.failure : undefined;
  if (failure?.final) return { do: 'nothing', outcome: finished(failure) };
  if (failure && failure.retryAt > now) return nothing(reportOf(failure), failure.retryAt - now);
  const closedFor = gate.opensIn(now);
  return closedFor > 0 ? nothing(held(), closedFor) : { do: 'make' };
}

/** A launch that is not tried again. A machine that never became a node is one that cannot be had. */
export function finished(failure: LaunchFailure): LaunchOutcome {
  return { step: reportOf(failure), ...(failure.fault.kind === 'node' && { exhausted: true }) };
}

function unread({ poller }: Surroundings): Step {
  if (!poller.failure) return { state: 'waiting', ...awaiting };
  const message = describeOutage(poller.failure);
  const reason = isAzureError(poller.failure) ? diagnose(poller.failure).reason : faultPolicies.transient.reason;
  return { state: 'waiting', reason, message };
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

function isFailed({ provisioningState }: AgentPool): boolean {
  return provisioningState === 'Failed' || provisioningState === 'Canceled';
}

function nothing(step: Step, requeueAfterMs?: number): LaunchDecision {
  const bounded = requeueAfterMs !== undefined && Number.isFinite(requeueAfterMs);
  return { do: 'nothing', outcome: { step, ...(bounded && { requeueAfterMs }) } };
}
