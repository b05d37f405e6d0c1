import { finalizers, labels } from '@kaito/crds';
import type { Node, OwnerReference } from '@kaito/kube';
import { claimKey } from '../../claims/claim.ts';
import type { ClaimKey } from '../../claims/claim.ts';

/** Indexes over nodes: by agent pool, and by the key of the claim that owns the node. */
export const nodeIndexers = {
  pool: (node: Node): string[] => [poolOf(node)].filter(name => name !== undefined),
  owner: (node: Node): string[] => ownersOf(node).map(keyOfOwner),
} as const;

/** Keeps of a node all but who wrote which field and the images that it has, which are most of it and which nobody here reads. */
export function trimNode({ metadata, status, ...rest }: Node): Node {
  const { managedFields: _, ...kept } = metadata;
  if (!status) return { ...rest, metadata: kept };
  const { images: __, ...seen } = status;
  return { ...rest, metadata: kept, status: seen };
}

/** The agent pool of a node, by the label that AKS sets (AKS docs, reserved labels; the short key is the older one). */
export function poolOf({ metadata }: Node): string | undefined {
  return metadata.labels?.[labels.aksAgentPool] ?? metadata.labels?.[labels.agentPool];
}

/** The claims that own a node; one at most, unless somebody else added another. */
export function ownersOf({ metadata }: Node): readonly OwnerReference[] {
  return (metadata.ownerReferences ?? []).filter(({ kind }) => kind === 'Machine' || kind === 'NodeClaim');
}

export function keyOfOwner({ kind, name }: OwnerReference): ClaimKey {
  return claimKey(kind === 'Machine' ? 'Machine' : 'NodeClaim', name);
}

/** Whether the node has the finalizer that we, and other provisioners, put on nodes. */
export function hasFinalizer({ metadata }: Node): boolean {
  return (metadata.finalizers ?? []).includes(finalizers.termination);
}

/**
 * Whether the node is ours to let go: it has the finalizer, and a label that tells us from other provisioners. Nodes of
 * the Go gpu-provisioner lack the node class, but carry the time that only it writes.
 */
export function isHeld(node: Node): boolean {
  const own = node.metadata.labels ?? {};
  return hasFinalizer(node) && (labels.kaitoNodeClass in own || labels.creationTimestamp in own);
}

/** Whether the change of a node can matter to a claim: heartbeats, the most frequent ones, do not. */
export function matters(node: Node, old: Node | undefined): boolean {
  return old === undefined || fingerprint(node) !== fingerprint(old);
}

function fingerprint({ metadata, spec, status }: Node): string {
  const { deletionTimestamp, labels: own, finalizers: held, ownerReferences } = metadata;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return JSON.stringify([
    [deletionTimestamp, own, held, ownerReferences],
    [spec?.providerID, spec?.taints],
    [ready?.status, ready?.message, status?.capacity, status?.allocatable],
  ]);
}
