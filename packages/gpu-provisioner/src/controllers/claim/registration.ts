import { annotations, finalizers, labels, taints } from '@kaito/crds';
import type { Taint } from '@kaito/crds';
import { apiVersionOf } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import type { Claim, Dialect } from '../../claims/claim.ts';
import { isOwnedByClaim } from './node-match.ts';
import type { NodeChange } from './node-patch.ts';

/** kubectl's own bookkeeping, and the clock of the claim's own deletion: they mean nothing on a node. */
const CLAIM_ONLY_ANNOTATIONS = ['kubectl.kubernetes.io/last-applied-configuration', annotations.terminationTimestamp];

/** Whether the node was taken into service for this claim. */
export function isRegistered(node: Node, claim: Claim): boolean {
  const { metadata } = node;
  return (
    metadata.labels?.[labels.registered] === 'true' &&
    (metadata.finalizers ?? []).includes(finalizers.termination) &&
    isOwnedByClaim(node, claim.uid)
  );
}

/**
 * Takes the node into service: ours to clean up, owned by the claim, and with the claim's labels, annotations and taints
 * (Karpenter's registration). Done once; what others change on the node afterwards is theirs.
 */
export function registrationOf(claim: Claim, dialect: Dialect, node: Node): NodeChange {
  return {
    labels: { ...claim.labels, [labels.kaitoNodeClass]: claim.nodeClass, [labels.registered]: 'true' },
    annotations: Object.fromEntries(
      Object.entries(claim.annotations).filter(([key]) => !CLAIM_ONLY_ANNOTATIONS.includes(key)),
    ),
    addFinalizer: finalizers.termination,
    addOwner: {
      apiVersion: apiVersionOf(dialect.resource),
      kind: claim.kind,
      name: claim.name,
      uid: claim.uid,
      blockOwnerDeletion: true,
    },
    taints: syncedTaints(claim, node.spec?.taints ?? []),
  };
}

/** The node's taints, less the one that kept it out of service, plus the claim's unless the claim asks to leave them alone. */
function syncedTaints(claim: Claim, present: readonly Taint[]): readonly Taint[] {
  const kept = present.filter(taint => !isSame(taint, taints.unregistered));
  if (claim.labels[labels.doNotSyncTaints] === 'true') return kept;
  const missing = [...claim.taints, ...claim.startupTaints].filter(
    wanted => !kept.some(taint => isSame(taint, wanted)),
  );
  return [...kept, ...missing];
}

/** Taints are told apart by key and effect (Kubernetes API, Taint). */
export function isSame(one: Pick<Taint, 'key' | 'effect'>, other: Pick<Taint, 'key' | 'effect'>): boolean {
  return one.key === other.key && one.effect === other.effect;
}
