import { labels } from '@kaito/crds';
import { ignoreNotFound, nodes } from '@kaito/kube';
import type { Logger, Node, Result } from '@kaito/kube';
import { parseClaimKey } from '../../claims/claim.ts';
import type { ClaimKey, Owner } from '../../claims/claim.ts';
import { creationTimeOf } from '../../pools/creation-label.ts';
import { slotOf } from '../../pools/pool-name.ts';
import { isHeld, ownersOf } from './observed-nodes.ts';
import type { Occupants } from './occupants.ts';
import type { Services } from './pass.ts';
import { tearDown } from './teardown.ts';

/** Of whose claim the orphans are, and how to go about them. */
export interface OrphanContext extends Occupants {
  readonly key: ClaimKey;
  readonly signal: AbortSignal;
  readonly logger: Logger;
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
  const { key, ...rest } = context;
  const { operations } = services;
  const owner = ownerBehind(node, key);
  const { pool } = slotOf(owner);
  const operation = operations.of(owner.uid);
  const result = await tearDown(
    { ...rest, owner, pool, operation, nodes: [node], deadline: undefined, subject: node },
    services,
  );
  if (!result.gone) return result.requeueAfterMs ?? Infinity;
  operations.forget(owner.uid);
  return Infinity;
}

/** The claim that is no more, as far as its node tells: by its time and its machine, a pool without tags is known as its. */
function ownerBehind(node: Node, key: ClaimKey): Owner {
  const { metadata, spec } = node;
  return {
    ...parseClaimKey(key),
    uid: ownersOf(node)[0]?.uid ?? '',
    createdAt: creationTimeOf(metadata.labels?.[labels.creationTimestamp]),
    status: spec?.providerID ? { providerID: spec.providerID } : {},
  };
}
