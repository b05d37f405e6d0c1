import { ignoreNotFound, nodes } from '@kaito/kube';
import type { Logger, Node, Pod, Result } from '@kaito/kube';
import { parseClaimKey } from '../../claims/claim.ts';
import type { ClaimKey } from '../../claims/claim.ts';
import { slotOf } from '../../pools/pool-name.ts';
import { isHeld, ownersOf } from './observed-nodes.ts';
import type { Services } from './pass.ts';
import { tearDown } from './teardown.ts';

/** Of whose claim the orphans are, and how to go about them. */
export interface OrphanContext {
  readonly key: ClaimKey;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly podsOn: (node: string) => readonly Pod[];
}

/**
 * Whether a node that we hold is on its way out and its claim is no more: somebody took the claim's finalizer.
 * @param uid of the claim that has the owner's name now, if any
 */
export function isOrphan(node: Node, uid: string | undefined): boolean {
  const { deletionTimestamp } = node.metadata;
  return deletionTimestamp !== undefined && isHeld(node) && ownersOf(node).every(owner => owner.uid !== uid);
}

/** Takes down what is left of claims that are no more: their machines go, then their nodes may. */
export async function releaseOrphans(
  orphans: readonly Node[],
  services: Services,
  context: OrphanContext,
): Promise<Result | undefined> {
  let soonest = Infinity;
  for (const { metadata } of orphans) {
    // The cache may not know yet that a claim took its node along: ask before anything is done.
    const { name, uid } = metadata;
    const node = await ignoreNotFound(services.client.get(nodes, { name }, { signal: context.signal }));
    if (node?.metadata.uid !== uid || !node || !isHeld(node)) continue;
    soonest = Math.min(soonest, await releaseOrphan(node, services, context));
  }
  return soonest === Infinity ? undefined : { requeueAfterMs: soonest };
}

/** @returns when to look again even if nothing changes, in milliseconds */
async function releaseOrphan(node: Node, services: Services, context: OrphanContext): Promise<number> {
  const { key, podsOn, signal, logger } = context;
  const { operations } = services;
  const owner = { ...parseClaimKey(key), uid: ownersOf(node)[0]?.uid ?? '' };
  const { pool } = slotOf(owner);
  const target = { owner, pool, operation: operations.of(owner.uid), nodes: [node], podsOn, deadline: undefined };
  const result = await tearDown({ ...target, subject: node, signal, logger }, services);
  if (!result.gone) return result.requeueAfterMs ?? Infinity;
  operations.forget(owner.uid);
  return Infinity;
}
