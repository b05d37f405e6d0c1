import { isHeld } from '../claim/observed-nodes.ts';
import { isReady } from '../fleet.ts';
import type { Evidence, LaunchedClaim, OwnedPool } from './evidence.ts';

/** A pool of ours whose claim is not in the cache. */
export interface PoolSuspect extends OwnedPool {
  readonly object: 'pool';
  /** The same as long as it is about the same thing. */
  readonly key: string;
}

/** A living claim whose pool, or whose machine in it, is not to be seen. */
export interface ClaimSuspect extends LaunchedClaim {
  readonly object: 'claim';
  readonly key: string;
  readonly missing: 'pool' | 'machine';
}

/** What the evidence at hand speaks against. It is a reason to ask, never to delete. */
export interface Suspects {
  readonly pools: readonly PoolSuspect[];
  readonly claims: readonly ClaimSuspect[];
}

/** Finds what has lost its counterpart and is not on its way out already. Pure. */
export function suspectsIn({ pools, claims }: Evidence): Suspects {
  return {
    pools: pools
      .filter(pool => !pool.claimed && !isLeaving(pool))
      .map(pool => ({ ...pool, object: 'pool', key: `pool/${pool.pool.name}/${pool.owner.uid}` })),
    claims: claims.flatMap(claim => {
      const missing = missingOf(claim);
      return missing ? [{ ...claim, object: 'claim', missing, key: `${missing}-of/${claim.claim.uid}` }] : [];
    }),
  };
}

/** A stopped pool (`az aks stop`, `az aks nodepool stop`) is somebody's will. */
function isLeaving({ pool, nodes }: OwnedPool): boolean {
  const drained = nodes.some(node => node.metadata.deletionTimestamp !== undefined && isHeld(node));
  return drained || pool.provisioningState === 'Deleting' || pool.powerState === 'Stopped';
}

/** A Ready node proves that there is a machine, whatever Azure says. */
function missingOf({ sighting, nodes }: LaunchedClaim): ClaimSuspect['missing'] | undefined {
  if (sighting.state === 'absent') return nodes.some(isReady) ? undefined : 'pool';
  if (sighting.state !== 'ours' || nodes.length > 0) return undefined;
  return shouldHaveMachine(sighting.pool) ? 'machine' : undefined;
}

/**
 * Whether a pool at rest should have a node: an eviction or a deletion by hand takes the machine and leaves the pool. A pool
 * that was scaled to none is somebody's will; only on spot capacity it is what an eviction leaves.
 */
export function shouldHaveMachine(pool: OwnedPool['pool']): boolean {
  const running = pool.provisioningState === 'Succeeded' && pool.powerState !== 'Stopped';
  return running && (pool.count > 0 || pool.priority === 'Spot');
}
