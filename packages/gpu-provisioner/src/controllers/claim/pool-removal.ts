import { isAzureError } from '@kaito/azure';
import type { AgentPool } from '@kaito/azure';
import type { Logger, Node } from '@kaito/kube';
import type { ClaimObject, Owner } from '../../claims/claim.ts';
import { describeFault } from '../../faults/diagnose.ts';
import { faultPolicies } from '../../faults/fault-policy.ts';
import { acceptedAt, holdDeletion } from '../../pools/operations.ts';
import type { Operation } from '../../pools/operations.ts';
import { describeOwner } from '../../pools/ownership.ts';
import { judgePool, sightPool } from '../../pools/pool-sighting.ts';
import type { PoolSnapshot } from '../../pools/pool-poller.ts';
import type { PoolSighting } from '../../pools/pool-sighting.ts';
import type { Services } from './pass.ts';

/** The pool that is to be removed, and for whom. */
export interface Removal {
  readonly owner: Owner;
  readonly pool: string;
  readonly operation: Operation;
  /** Where Events go: the claim, or what is left of it. */
  readonly subject: ClaimObject | Node;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** `gone`: nothing of the pool is left. Otherwise when to look again even if nothing changes; a LIST tells of the rest. */
export type RemovalResult = { readonly gone: true } | { readonly gone: false; readonly requeueAfterMs?: number };

/** What a removal acts through. */
export type RemovalServices = Pick<Services, 'agentPools' | 'poller' | 'clock' | 'random' | 'events'>;

const AT_REST = ['Succeeded', 'Failed', 'Canceled'];
/** How long a pool may show another state than Deleting after its DELETE was accepted before it is deleted again. */
const DELETE_PATIENCE_MS = 60_000;

/**
 * Removes the owner's pool, found by its name and known by its marks (see `ownerEvidence`), whatever the claim's status says. Deletes once, and
 * believes that it is gone only when ARM says so: a 404, or a LIST that no longer has what an earlier one had.
 */
export async function removePool(target: Removal, services: RemovalServices): Promise<RemovalResult> {
  const { operation } = target;
  const { latest } = services.poller;
  const sighting = sightPool(latest, target, services.clock.monotonic());
  if (sighting.state === 'unread') return wait(target, services);
  if (sighting.state === 'ours') return await removeOwn(sighting.pool, target, services);
  const listed = isListedSince(operation.deleted?.at, latest);
  if (sighting.state === 'accepted' && !listed) {
    return operation.deleted ? wait(target, services) : await deletePool(target, services, undefined);
  }
  const vanished = sighting.state === 'absent' && operation.seen && listed;
  return vanished ? finish(target, services) : await readAgain(target, services);
}

/** Whether a LIST was taken after that moment; not when there was no such moment. Both on the monotonic clock. */
function isListedSince(moment: number | undefined, latest: PoolSnapshot | undefined): boolean {
  return moment !== undefined && latest !== undefined && latest.askedAt > moment;
}

/** Deletes the pool that the LIST shows, once its state there is good enough for a conditional DELETE. */
async function removeOwn(pool: AgentPool, target: Removal, services: RemovalServices): Promise<RemovalResult> {
  const { operation } = target;
  operation.seen = true;
  operation.removingSince ??= services.clock.monotonic();
  const current = isAtRest(pool) || isListedSince(operation.removingSince, services.poller.latest);
  return current ? await deleteUnlessDeleting(pool, target, services) : wait(target, services);
}

/**
 * A pool that was on its way somewhere has arrived by now, and its tag has changed: the next LIST, one for all, is cheaper
 * than a refused DELETE for each.
 */
function isAtRest({ provisioningState }: AgentPool): boolean {
  return AT_REST.includes(provisioningState);
}

/** The LIST does not show the pool as ours, though nothing says that it was removed: one strong read decides. */
async function readAgain(target: Removal, services: RemovalServices): Promise<RemovalResult> {
  const { pool, operation, owner, signal } = target;
  const requeueAfterMs = heldFor(target, services);
  if (requeueAfterMs > 0) return { gone: false, requeueAfterMs };
  let sighting: PoolSighting;
  try {
    sighting = judgePool(await services.agentPools.get(pool, { signal }), owner);
  } catch (error) {
    return postpone(error, target, services);
  }
  if (sighting.state === 'ours') return await deleteUnlessDeleting(sighting.pool, target, services);
  if (sighting.state === 'foreign') leaveAlone(sighting.pool, target, services);
  const uncertainFor = (operation.uncertainUntil ?? 0) - services.clock.monotonic();
  return uncertainFor > 0 ? { gone: false, requeueAfterMs: Math.min(uncertainFor, 5000) } : finish(target, services);
}

/** Deletes once; again only when the pool shows no sign of it long after the first was accepted. */
async function deleteUnlessDeleting(
  pool: AgentPool,
  target: Removal,
  services: RemovalServices,
): Promise<RemovalResult> {
  const { deleted } = target.operation;
  const patient = deleted !== undefined && services.clock.monotonic() - deleted.at < DELETE_PATIENCE_MS;
  if (pool.provisioningState === 'Deleting' || patient) return wait(target, services);
  return await deletePool(target, services, pool.etag);
}

async function deletePool(
  target: Removal,
  services: RemovalServices,
  etag: string | undefined,
): Promise<RemovalResult> {
  const { pool, operation, signal, logger } = target;
  const requeueAfterMs = heldFor(target, services);
  if (requeueAfterMs > 0) return { gone: false, requeueAfterMs };
  try {
    const answer = await services.agentPools.delete(pool, { signal, etag });
    operation.refusedDeletion = undefined;
    if (answer === undefined) return finish(target, services);
    operation.deleted = acceptedAt(services.clock.monotonic(), answer);
    const { operationId, correlationId } = answer;
    logger.info('Agent pool deletion requested', { pool, operationId, correlationId });
    return wait(target, services);
  } catch (error) {
    // The pool changed after the LIST. Its tags may have, too: look before trying again.
    if (etag !== undefined && isPreconditionFailed(error)) return await deleteAsItIs(target, services);
    return postpone(error, target, services);
  }
}

/** Reads the pool and deletes the state that was read, if it is still ours. A second change in between waits for its turn. */
async function deleteAsItIs(target: Removal, services: RemovalServices): Promise<RemovalResult> {
  const { pool, operation, owner, signal } = target;
  try {
    const sighting = judgePool(await services.agentPools.get(pool, { signal }), owner);
    if (sighting.state !== 'ours') return wait(target, services);
    const answer = await services.agentPools.delete(pool, { signal, etag: sighting.pool.etag });
    operation.deleted = acceptedAt(services.clock.monotonic(), answer);
    return wait(target, services);
  } catch (error) {
    return postpone(error, target, services);
  }
}

function wait({ pool }: Removal, { poller }: RemovalServices): RemovalResult {
  poller.expect(pool, 'delete');
  return { gone: false };
}

function finish({ pool }: Removal, { poller }: RemovalServices): RemovalResult {
  poller.settle(pool);
  return { gone: true };
}

function isPreconditionFailed(error: unknown): boolean {
  return isAzureError(error) && error.statusCode === 412;
}

/** How long Azure is left in peace after a refusal, in milliseconds; whatever wakes the claim meanwhile. */
function heldFor({ operation }: Removal, { clock }: RemovalServices): number {
  return (operation.refusedDeletion?.heldUntil ?? 0) - clock.monotonic();
}

/** Azure would not do it now: says so on the claim and comes back at the pace of the fault. */
function postpone(error: unknown, target: Removal, services: RemovalServices): RemovalResult {
  const { pool, subject, operation, signal, logger } = target;
  if (signal.aborted || !isAzureError(error)) throw error;
  const requeueAfterMs = holdDeletion(operation, error, services);
  const message = `Deleting agent pool ${pool} failed: ${describeFault(error)}`;
  services.events.record(subject, { type: 'Warning', reason: 'FailedTermination', message });
  logger.warn('Deleting the agent pool failed', { pool, error, requeueAfterMs });
  return { gone: false, requeueAfterMs };
}

function leaveAlone(pool: AgentPool, { subject, logger }: Removal, services: RemovalServices): void {
  const message = `Agent pool ${pool.name} stays: ${describeOwner(pool)}`;
  services.events.record(subject, { type: 'Warning', reason: faultPolicies.exists.reason, message });
  logger.warn('Agent pool is not ours and stays', { pool: pool.name });
}
