import { ignoreNotFound } from '@kaito/kube';
import type { LaunchOutcome } from './launch-decision.ts';
import type { Pass, Services } from './pass.ts';

/**
 * Whether the claim goes because no machine can be had for it. Karpenter deletes every NodeClaim then, so that the NodePool
 * behind it plans anew. A claim without an owner would only be lost, or made again at once: it stays and says why. Machines stay.
 */
export function isUnservable(
  { claim }: Pick<Pass, 'claim'>,
  { deleteUnservable }: Pick<Services, 'deleteUnservable'>,
  { exhausted }: LaunchOutcome,
): boolean {
  if (!exhausted || claim.kind !== 'NodeClaim' || deleteUnservable === 'none') return false;
  return deleteUnservable === 'all' || (claim.object.metadata.ownerReferences ?? []).length > 0;
}

/** Deletes the claim, as Karpenter does when capacity is insufficient, with an Event that says why. */
export async function giveUp(
  { claim, dialect, signal, logger }: Pass,
  { client, events, disruptions }: Services,
  { step }: LaunchOutcome,
): Promise<void> {
  const message = 'message' in step ? step.message : 'no machine can be had';
  events.record(claim.object, { type: 'Warning', reason: 'InsufficientCapacityError', message });
  disruptions.disrupted(claim, 'insufficient_capacity');
  await ignoreNotFound(client.delete(dialect.resource, { name: claim.name }, { uid: claim.uid, signal }));
  logger.warn('Claim deleted: no machine can be had for it', { reason: message });
}
