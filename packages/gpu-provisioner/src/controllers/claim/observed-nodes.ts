import { finalizers, labels } from '@kaito/crds';
import type { Node, OwnerReference, Pod } from '@kaito/kube';
import { claimKey } from '../../claims/claim.ts';
import type { ClaimKey } from '../../claims/claim.ts';

/** Indexes over nodes: by agent pool, and by the key of the claim that owns the node. */
export const nodeIndexers = {
  pool: (node: Node): string[] => [poolOf(node)].filter(name => name !== undefined),
  owner: (node: Node): string[] => ownersOf(node).map(keyOfOwner),
} as const;

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

/** Whether we hold the node: it has our finalizer, and the node class label tells us from other provisioners. */
export function isHeld({ metadata }: Node): boolean {
  return (
    (metadata.finalizers ?? []).includes(finalizers.termination) &&
    metadata.labels?.[labels.kaitoNodeClass] !== undefined
  );
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

/** Index over pods by the node that they are bound to. */
export const podIndexers = {
  node: (pod: Pod): string[] => (pod.spec?.nodeName ? [pod.spec.nodeName] : []),
} as const;

/** Keeps of a pod only what a drain reads: the cache holds every pod of the cluster. */
export function trimPod(pod: Pod): Pod {
  const { nodeName, tolerations, priorityClassName, terminationGracePeriodSeconds } = pod.spec ?? {};
  const phase = pod.status?.phase;
  return {
    metadata: { ...pod.metadata, labels: {}, managedFields: [] },
    spec: {
      containers: [],
      ...(nodeName && { nodeName }),
      ...(tolerations && { tolerations }),
      ...(priorityClassName && { priorityClassName }),
      ...(terminationGracePeriodSeconds !== undefined && { terminationGracePeriodSeconds }),
    },
    status: phase ? { phase } : {},
  };
}
