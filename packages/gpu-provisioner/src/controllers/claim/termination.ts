import { annotations, finalizers } from '@kaito/crds';
import { ignoreNotFound, patchMetadata, removeFinalizer } from '@kaito/kube';
import type { Pod, Result } from '@kaito/kube';
import { timeOf } from '../../claims/claim.ts';
import type { Claim, ClaimObject } from '../../claims/claim.ts';
import { isOwnedByClaim } from './node-match.ts';
import { isHeld } from './observed-nodes.ts';
import type { Pass, Services } from './pass.ts';
import { tearDown } from './teardown.ts';

/** Takes a deleted claim's machine down and lets the claim go when nothing of it is left. */
export async function terminate(
  pass: Pass,
  services: Services,
  podsOn: (node: string) => readonly Pod[],
): Promise<Result | void> {
  const { claim, pool, operation, nodes, signal, logger } = pass;
  if (!claim.finalizers.includes(finalizers.termination)) return undefined;
  const object = await recordDeadline(pass, services);
  const result = await tearDown(
    {
      owner: claim,
      pool,
      operation,
      nodes: nodes.filter(node => isHeld(node) && isOwnedByClaim(node, claim.uid)),
      podsOn,
      deadline: deadlineOf(claim, object),
      subject: object,
      signal,
      logger,
    },
    services,
  );
  if (!result.gone) return result;
  const { client } = services;
  const released = await removeFinalizer(client, pass.dialect.resource, object, finalizers.termination, { signal });
  if (!released) return undefined; // an earlier pass let it go, and its end has not reached the cache
  services.metrics.terminated(claim);
  services.events.record(object, { type: 'Normal', reason: 'Terminated', message: `Agent pool ${pool} is gone` });
  logger.info('Claim terminated', { pool });
  return undefined;
}

/** Writes down when the grace period ends, where others, such as a repair, may move it. */
async function recordDeadline({ claim, dialect, signal }: Pass, { client }: Services): Promise<ClaimObject> {
  const { deletedAt, gracePeriodMs, object } = claim;
  const known = claim.annotations[annotations.terminationTimestamp];
  if (deletedAt === undefined || gracePeriodMs === undefined || known !== undefined) return object;
  const end = new Date(deletedAt + gracePeriodMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const change = { annotations: { [annotations.terminationTimestamp]: end } };
  return (await ignoreNotFound(patchMetadata(client, dialect.resource, object, change, { signal }))) ?? object;
}

function deadlineOf({ deletedAt, gracePeriodMs }: Claim, object: ClaimObject): number | undefined {
  const written = timeOf(object.metadata.annotations?.[annotations.terminationTimestamp]);
  if (written !== undefined) return written;
  return deletedAt !== undefined && gracePeriodMs !== undefined ? deletedAt + gracePeriodMs : undefined;
}
