import { annotations, finalizers, labels, taints } from '@kaito/crds';
import type { Taint } from '@kaito/crds';
import { apiVersionOf } from '@kaito/kube';
import type { Node, OwnerReference } from '@kaito/kube';
import type { Claim, Dialect } from '../../claims/claim.ts';
import { isOwnedByClaim } from './node-match.ts';
import { hasFinalizer } from './observed-nodes.ts';
import type { NodeChange } from './node-patch.ts';

/** kubectl's own bookkeeping, and the clock of the claim's own deletion: they mean nothing on a node. */
const CLAIM_ONLY_ANNOTATIONS = ['kubectl.kubernetes.io/last-applied-configuration', annotations.terminationTimestamp];

/** Whether the node was taken into service for this claim. */
export function isRegistered(node: Node, claim: Claim): boolean {
  const { metadata } = node;
  return (
    wasTakenIn(node) &&
    metadata.labels?.[labels.kaitoNodeClass] !== undefined &&
    hasFinalizer(node) &&
    isOwnedByClaim(node, claim.uid)
  );
}

/** Whether somebody, we or the Go gpu-provisioner, took the node into service before. */
export function wasTakenIn({ metadata }: Node): boolean {
  return metadata.labels?.[labels.registered] === 'true';
}

/**
 * Takes the node into service: ours to clean up, owned by the claim, and with the claim's labels, annotations and taints
 * (Karpenter's registration). Done once; what others change on the node afterwards is theirs. So a node that was in
 * service before gets only what it lacks to be ours, and no taint: what it waited for at its start is long over.
 */
export function registrationOf(claim: Claim, dialect: Dialect, node: Node): NodeChange {
  const { metadata } = node;
  const wanted = { ...claim.labels, [labels.kaitoNodeClass]: claim.nodeClass, [labels.registered]: 'true' };
  const hold = {
    addFinalizer: finalizers.termination,
    ...(!isOwnedByClaim(node, claim.uid) && { addOwner: ownerReferenceTo(claim, dialect) }),
  };
  if (wasTakenIn(node)) return { ...hold, labels: { ...wanted, ...metadata.labels } };
  return {
    ...hold,
    labels: wanted,
    annotations: Object.fromEntries(
      Object.entries(claim.annotations).filter(([key]) => !CLAIM_ONLY_ANNOTATIONS.includes(key)),
    ),
    taints: syncedTaints(claim, node.spec?.taints ?? []),
  };
}

function ownerReferenceTo({ kind, name, uid }: Claim, { resource }: Dialect): OwnerReference {
  return { apiVersion: apiVersionOf(resource), kind, name, uid, blockOwnerDeletion: true };
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
