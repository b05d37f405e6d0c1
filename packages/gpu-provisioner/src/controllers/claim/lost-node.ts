import type { AgentPool } from '@kaito/azure';
import type { Node } from '@kaito/kube';
import { timeOf } from '../../claims/claim.ts';
import type { ClaimObject } from '../../claims/claim.ts';
import { excuseOf } from '../../pools/pool-excuse.ts';
import type { Pass } from './pass.ts';

/**
 * Whether a node that is gone was this claim's and nothing held it up: it was not taken in yet, or its deletion met the patch that
 * did so.
 * @param node as it was last seen
 */
export function wentUnheld({ metadata: node }: Node, { metadata: claim }: ClaimObject): boolean {
  // A node that is older was that of an earlier claim of the name.
  const isYounger = (timeOf(node.creationTimestamp) ?? 0) >= (timeOf(claim.creationTimestamp) ?? 0);
  return node.deletionTimestamp === undefined && isYounger;
}

/** Whether the claim's node has come and gone, while its pool is there and nothing was done to that. */
export function hasLostNode({ operation, sighting, nodes }: Pass): boolean {
  if (!operation.nodeLost || nodes.length > 0 || operation.deleted) return false;
  return sighting.state === 'ours' && isInUse(sighting.pool);
}

/** Why a node of the pool may have gone with nobody meaning the machine: AKS is at work on the pool, or could not make it. */
export function lossExcusedBy(pool: AgentPool | undefined): string | undefined {
  if (pool === undefined) return 'its agent pool is gone';
  if (!isInUse(pool)) return `agent pool ${pool.name} is ${pool.provisioningState}`;
  return pool.provisioningState === 'Creating' ? undefined : excuseOf(pool);
}

const ENDED = ['Deleting', 'Failed', 'Canceled'];

function isInUse({ provisioningState }: AgentPool): boolean {
  return !ENDED.includes(provisioningState);
}
