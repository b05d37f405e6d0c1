import type { AgentPool } from '@kaito/azure';
import type { Clock, Node } from '@kaito/kube';
import type { Claim, ClaimKind, Dialect, Owner } from '../../claims/claim.ts';
import { dialects } from '../../claims/dialects.ts';
import { slotOf } from '../../pools/pool-name.ts';
import type { PoolPoller, PoolSnapshot } from '../../pools/pool-poller.ts';
import { judgePool } from '../../pools/pool-sighting.ts';
import type { PoolSighting } from '../../pools/pool-sighting.ts';
import { nodesOf } from '../claim/caches.ts';
import { hasServed } from '../fleet.ts';
import type { FleetCaches } from '../fleet.ts';
import { looksLikeOurs, ownerOf } from './pool-owner.ts';

/** A pool that the newest LIST shows and whose tags name a claim. */
export interface OwnedPool {
  readonly pool: AgentPool;
  readonly owner: Owner;
  /** The cache has exactly this claim. */
  readonly claimed: boolean;
  /** The nodes that stand in it. */
  readonly nodes: readonly Node[];
}

/** A living claim that has, or had, a machine. */
export interface LaunchedClaim {
  readonly claim: Claim;
  readonly dialect: Dialect;
  /** Name of its agent pool. */
  readonly pool: string;
  /** Its pool in the newest LIST. */
  readonly sighting: PoolSighting;
  /** The nodes in its pool and those that name it as their owner. */
  readonly nodes: readonly Node[];
}

/** What can be known without asking anybody: from the caches and the newest LIST of pools. */
export interface Evidence {
  /** Every cache has had its first full state. */
  readonly synced: boolean;
  readonly snapshot: PoolSnapshot | undefined;
  /** Why the last LIST failed, if it did. */
  readonly failure: Error | undefined;
  readonly pools: readonly OwnedPool[];
  readonly claims: readonly LaunchedClaim[];
  /** Names of pools that look like KAITO's, carry no tags and have no claim. */
  readonly strays: readonly string[];
  /** Our nodes that have served. */
  readonly nodes: readonly Node[];
  /** When it was gathered: wall clock, and monotonic like the snapshot's time. */
  readonly now: number;
  readonly monotonic: number;
}

export interface EvidenceSources {
  readonly caches: FleetCaches;
  readonly poller: Pick<PoolPoller, 'latest' | 'failure'>;
  readonly clock: Clock;
}

const kinds: readonly ClaimKind[] = ['Machine', 'NodeClaim'];

/** Looks at the caches and the newest LIST once. Sends no request. */
export function gather({ caches, poller, clock }: EvidenceSources): Evidence {
  const { latest, failure } = poller;
  const listed = [...(latest?.pools.values() ?? [])];
  return {
    synced: [...Object.values(caches.claims), caches.nodes].every(informer => informer.hasSynced()),
    snapshot: latest,
    failure,
    pools: listed.flatMap(pool => ownedPool(pool, caches)),
    claims: latest === undefined ? [] : kinds.flatMap(kind => launchedClaims(dialects[kind], caches, latest)),
    strays: listed.filter(pool => looksLikeOurs(pool) && !isTaken(pool.name, caches)).map(({ name }) => name),
    nodes: caches.nodes.list().filter(hasServed),
    now: clock.now(),
    monotonic: clock.monotonic(),
  };
}

function ownedPool(pool: AgentPool, caches: FleetCaches): readonly OwnedPool[] {
  const owner = ownerOf(pool);
  if (owner === undefined) return [];
  const claimed = caches.claims[owner.kind].get(owner.name)?.metadata.uid === owner.uid;
  return [{ pool, owner, claimed, nodes: caches.nodes.byIndex('pool', pool.name) }];
}

function launchedClaims(dialect: Dialect, caches: FleetCaches, { pools }: PoolSnapshot): readonly LaunchedClaim[] {
  const living = caches.claims[dialect.kind]
    .list()
    .filter(object => dialect.isOurs(object))
    .map(object => dialect.view(object))
    .filter(({ status, deletedAt }) => status.providerID && deletedAt === undefined);
  return living.map(claim => {
    const { pool } = slotOf(claim);
    const sighting = judgePool(pools.get(pool), claim);
    return { claim, dialect, pool, sighting, nodes: nodesOf(caches, pool, claim.key) };
  });
}

function isTaken(pool: string, caches: FleetCaches): boolean {
  return kinds.some(kind => caches.claims[kind].byIndex('pool', pool).length > 0);
}
