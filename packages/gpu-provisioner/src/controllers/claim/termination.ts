import { annotations, finalizers, nodeClaimConditions } from '@kaito/crds';
import { ignoreNotFound, patchMetadata, patchStatus, removeFinalizer } from '@kaito/kube';
import type { Result } from '@kaito/kube';
import { timeOf } from '../../claims/claim.ts';
import type { Claim, ClaimObject, Ending } from '../../claims/claim.ts';
import { nodesToTakeAlong } from './node-match.ts';
import type { Occupants } from './occupants.ts';
import type { Pass, Services } from './pass.ts';
import { tearDown } from './teardown.ts';
import type { Teardown } from './teardown.ts';

/** Takes a deleted claim's machine down and lets the claim go when nothing of it is left. */
export async function terminate(pass: Pass, services: Services, occupants: Occupants): Promise<Result | void> {
  const { claim, pool, operation, signal, logger } = pass;
  if (!claim.finalizers.includes(finalizers.termination)) return undefined;
  const subject = await recordDeadline(pass, services);
  const nodes = nodesToTakeAlong(claim, pass.nodes, pass.sighting.state);
  const deadline = deadlineOf(claim, subject);
  const target = { ...occupants, owner: claim, pool, operation, nodes, deadline, subject, signal, logger };
  const { gone, requeueAfterMs, ending } = await tearDown(target, services);
  if (gone) await letGo(pass, subject, services);
  else await report(pass, subject, services, ending);
  countDrain(claim, target, services, ending);
  return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
}

/** Writes down when the grace period ends, where others, such as a repair, may move it. */
async function recordDeadline({ claim, dialect, signal }: Pass, { client, events }: Services): Promise<ClaimObject> {
  const { deletedAt, gracePeriodMs, object } = claim;
  const known = claim.annotations[annotations.terminationTimestamp];
  if (deletedAt === undefined || gracePeriodMs === undefined || known !== undefined) return object;
  const end = new Date(deletedAt + gracePeriodMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const change = { annotations: { [annotations.terminationTimestamp]: end } };
  const written = await ignoreNotFound(patchMetadata(client, dialect.resource, object, change, { signal }));
  const message = `Pods that are still on the node will be deleted by ${end}, whatever their budgets and annotations say`;
  events.record(object, { type: 'Warning', reason: 'TerminationGracePeriodExpiring', message });
  return written ?? object;
}

function deadlineOf({ deletedAt, gracePeriodMs }: Claim, object: ClaimObject): number | undefined {
  const written = timeOf(object.metadata.annotations?.[annotations.terminationTimestamp]);
  if (written !== undefined) return written;
  return deletedAt !== undefined && gracePeriodMs !== undefined ? deletedAt + gracePeriodMs : undefined;
}

/** Writes how far the claim's end has come, for the kind that has conditions for it. */
async function report(
  { claim, dialect, signal }: Pass,
  object: ClaimObject,
  { client, clock }: Services,
  ending: Ending,
): Promise<void> {
  const conditions = dialect.endConditions(claim, ending, clock.now());
  if (conditions === undefined) return;
  const status = { ...claim.status, conditions };
  await ignoreNotFound(patchStatus(client, dialect.resource, object, status, { signal }));
}

async function letGo(pass: Pass, object: ClaimObject, services: Services): Promise<void> {
  const { claim, dialect, pool, operation, signal, logger } = pass;
  const { client, clock, events, metrics } = services;
  const released = await removeFinalizer(client, dialect.resource, object, finalizers.termination, { signal });
  if (!released) return; // an earlier pass let it go, and its end has not reached the cache
  metrics.terminated(claim);
  metrics.termination.claimTerminated(claim, clock.now());
  if (operation.deleted) metrics.termination.instanceTerminated(claim, clock.monotonic() - operation.deleted.at);
  events.record(object, { type: 'Normal', reason: 'Terminated', message: `Agent pool ${pool} is gone` });
  logger.info('Claim terminated', { pool });
}

/** Each drain counts once: what the claim's status said before this pass, or this process remembers, was counted. */
function countDrain(claim: Claim, { nodes, operation }: Teardown, { metrics }: Services, { drained }: Ending): void {
  const told = claim.status.conditions?.some(
    ({ type, status }) => type === nodeClaimConditions.drained && status === 'True',
  );
  if (drained.state !== 'done' || told || operation.drained) return;
  operation.drained = true;
  for (const node of nodes) metrics.termination.nodeDrained(node);
}
