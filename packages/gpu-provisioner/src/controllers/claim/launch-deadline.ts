import type { AgentPool } from '@kaito/azure';
import { timeOf } from '../../claims/claim.ts';
import type { LaunchFault } from '../../faults/launch-failure.ts';
import { ownershipTags } from '../../pools/ownership.ts';

/** How long each phase may take, in milliseconds. */
export interface Deadlines {
  /** From the PUT until AKS has finished the pool, or the node is there. */
  readonly launchMs: number;
  /** From the finished pool until its node is there. */
  readonly registrationMs: number;
  /** From the node's registration until it can take pods. */
  readonly initializationMs: number;
}

/** A pool without its node: still in time for so many milliseconds, or too late. */
export type Punctuality = { readonly dueInMs: number } | { readonly late: LaunchFault };

/**
 * Whether a pool whose node has not come may still be waited for. A pool that was not made by us tells no time and is
 * waited for until somebody deletes the claim.
 * @param finishedAt when the pool was first seen as finished, by this process
 * @param now epoch milliseconds, like `finishedAt`
 */
export function punctuality(
  pool: AgentPool,
  finishedAt: number | undefined,
  { launchMs, registrationMs }: Deadlines,
  now: number,
): Punctuality {
  const requestedAt = timeOf(pool.tags[ownershipTags.createdAt]);
  if (requestedAt === undefined) return { dueInMs: Infinity };
  const launchDue = requestedAt + launchMs;
  if (pool.provisioningState !== 'Succeeded') {
    return now < launchDue ? { dueInMs: launchDue - now } : { late: stuck(pool, launchMs) };
  }
  // A restart forgets when the pool was finished, but not when it was requested.
  const registrationDue = Math.min(finishedAt ?? Infinity, launchDue) + registrationMs;
  return now < registrationDue ? { dueInMs: registrationDue - now } : { late: nodeless(pool, registrationMs) };
}

function stuck({ name, provisioningState }: AgentPool, launchMs: number): LaunchFault {
  const nextStep = 'what AKS does with the pool is in the activity log of the cluster';
  return {
    kind: 'node',
    code: 'LaunchTimeout',
    verdict: { reason: 'LaunchTimeout', nextStep },
    message: `AKS has not finished agent pool ${name} within ${minutes(launchMs)}; it is still ${provisioningState || 'without a state'}`,
  };
}

function nodeless({ name }: AgentPool, registrationMs: number): LaunchFault {
  const nextStep = 'check what the machine may reach: network rules, routes and name servers of its subnet';
  return {
    kind: 'node',
    code: 'RegistrationTimeout',
    verdict: { reason: 'RegistrationTimeout', nextStep },
    message: `agent pool ${name} has been finished for ${minutes(registrationMs)}, but its node has not joined the cluster`,
  };
}

/** A span in words: minutes, or seconds when it is shorter. */
export function minutes(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
