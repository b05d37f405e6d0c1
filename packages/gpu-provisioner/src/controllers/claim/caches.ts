import { finalizers } from '@kaito/crds';
import type { Cache, Informer, Node, Pod, VolumeAttachment } from '@kaito/kube';
import { nodes, pods, volumeAttachments } from '@kaito/kube';
import type { ClaimKind, ClaimObject, Dialect } from '../../claims/claim.ts';
import { dialects } from '../../claims/dialects.ts';
import { slotOf } from '../../pools/pool-name.ts';
import { nodeIndexers, trimNode } from './observed-nodes.ts';
import { attachmentIndexers, podIndexers, trimAttachment, trimPod } from './occupants.ts';
import type { Occupants } from './occupants.ts';

/** What the claim controller sees of the cluster. */
export interface Caches {
  readonly claims: Readonly<Record<ClaimKind, Informer<ClaimObject>>>;
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly attachments: Informer<VolumeAttachment>;
}

/** Asks the shared cache for everything that claims depend on, with the indexes by which it is found. */
export function openCaches(cache: Cache): Caches {
  return {
    claims: { Machine: claimInformer(cache, dialects.Machine), NodeClaim: claimInformer(cache, dialects.NodeClaim) },
    nodes: cache.informer(nodes, { indexers: nodeIndexers, transform: trimNode }),
    pods: cache.informer(pods, { fieldSelector: 'spec.nodeName!=', indexers: podIndexers, transform: trimPod }),
    attachments: cache.informer(volumeAttachments, { indexers: attachmentIndexers, transform: trimAttachment }),
  };
}

/**
 * Whether a claim is ours, or could be: one that is going and waits for the finalizer, which others use too, may have lost
 * everything else that told it was ours. Its pool decides then.
 */
export function mayBeOurs(dialect: Dialect, object: ClaimObject): boolean {
  const { deletionTimestamp, finalizers: held = [] } = object.metadata;
  return dialect.isOurs(object) || (deletionTimestamp !== undefined && held.includes(finalizers.termination));
}

/** Claims are found by the agent pool of their slot, so that a change of a pool or a node finds its claim. */
function claimInformer(cache: Cache, dialect: Dialect): Informer<ClaimObject> {
  const pool = (object: ClaimObject): string[] =>
    mayBeOurs(dialect, object) ? [slotOf({ kind: dialect.kind, name: object.metadata.name }).pool] : [];
  return cache.informer(dialect.resource, { indexers: { pool } });
}

/** The nodes that stand in the pool, and those that name the claim as their owner. */
export function nodesOf({ nodes: cached }: Pick<Caches, 'nodes'>, pool: string, key: string): readonly Node[] {
  return [...new Set([...cached.byIndex('pool', pool), ...cached.byIndex('owner', key)])];
}

/** What stands and hangs on nodes, looked up at the moment of the question. */
export function occupantsOf({ pods: cachedPods, attachments }: Caches): Occupants {
  return {
    podsOn: node => cachedPods.byIndex('node', node),
    attachmentsOn: node => attachments.byIndex('node', node),
  };
}
