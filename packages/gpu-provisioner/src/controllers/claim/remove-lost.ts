import type { Logger, Node, Result } from '@kaito/kube';
import type { Claim, ClaimObject } from '../../claims/claim.ts';
import { slotOf } from '../../pools/pool-name.ts';
import type { LostClaims } from './lost-claims.ts';
import { isOwnedByClaim } from './node-match.ts';
import type { Services } from './pass.ts';
import { removePool } from './pool-removal.ts';

export interface LostContext {
  readonly lost: LostClaims;
  /** Nodes that name a claim of this name as their owner. */
  readonly nodes: readonly Node[];
  /** The claim that has the name now, which people look at; Events go there. */
  readonly successor: ClaimObject | undefined;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Removes the pools of lost claims. Their nodes have not come, or go with the pool; a claim whose node was in service is left to
 * garbage collection, which drains it first.
 * @returns undefined when nothing is left of them; otherwise when to look again even if nothing changes
 */
export async function removeLost(
  claims: readonly Claim[],
  services: Services,
  { lost, nodes, successor, signal, logger }: LostContext,
): Promise<Result | undefined> {
  const times: number[] = [];
  let left = 0;
  for (const owner of claims) {
    const { uid } = owner;
    const { pool } = slotOf(owner);
    const operation = services.operations.of(uid);
    const subject = successor ?? owner.object;
    const hasServed = nodes.some(node => isOwnedByClaim(node, uid));
    const result = hasServed
      ? undefined
      : await removePool({ owner, pool, operation, subject, signal, logger }, services);
    if (result?.gone === false) {
      left += 1;
      if (result.requeueAfterMs !== undefined) times.push(result.requeueAfterMs);
      continue;
    }
    if (operation.created) services.metrics.terminated(owner);
    services.operations.forget(uid);
    lost.settle(uid);
    logger.warn('Claim went although our finalizer was on it', { pool, uid, leftToCollection: hasServed });
  }
  if (left === 0) return undefined;
  return times.length === 0 ? {} : { requeueAfterMs: Math.min(...times) };
}
