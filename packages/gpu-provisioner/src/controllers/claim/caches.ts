import type { Cache, Informer, Node, Pod } from '@kaito/kube';
import { nodes, pods } from '@kaito/kube';
import type { ClaimKind, ClaimObject, Dialect } from '../../claims/claim.ts';
import { dialects } from '../../claims/dialects.ts';
import { slotOf } from '../../pools/pool-name.ts';
import { nodeIndexers, podIndexers, trimPod } from './observed-nodes.ts';

/** What the claim controller sees of the cluster. */
export interface Caches {
  readonly claims: Readonly<Record<ClaimKind, Informer<ClaimObject>>>;
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
}

/** Asks the shared cache for everything that claims depend on, with the indexes by which it is found. */
export function openCaches(cache: Cache): Caches {
  return {
    claims: { Machine: claimInformer(cache, dialects.Machine), NodeClaim: claimInformer(cache, dialects.NodeClaim) },
    nodes: cache.informer(nodes, { indexers: nodeIndexers }),
    pods: cache.informer(pods, { fieldSelector: 'spec.nodeName!=', indexers: podIndexers, transform: trimPod }),
  };
}

/** Claims are found by the agent pool of their slot, so that a change of a pool or a node finds its claim. */
function claimInformer(cache: Cache, dialect: Dialect): Informer<ClaimObject> {
  const pool = (object: ClaimObject): string[] =>
    dialect.isOurs(object) ? [slotOf({ kind: dialect.kind, name: object.metadata.name }).pool] : [];
  return cache.informer(dialect.resource, { indexers: { pool } });
}

/** The nodes that stand in the pool, and those that name the claim as their owner. */
export function nodesOf({ nodes: cached }: Caches, pool: string, key: string): readonly Node[] {
  return [...new Set([...cached.byIndex('pool', pool), ...cached.byIndex('owner', key)])];
}
