import { annotations, finalizers, labels, taints } from '@kaito/crds';
import type { Taint } from '@kaito/crds';
import { apiVersionOf } from '@kaito/kube';
import type { Node, OwnerReference } from '@kaito/kube';
import type { Claim, Dialect } from '../../claims/claim.ts';
import { isOwnedByClaim } from './node-match.ts';

/** What a node lacks; a JSON merge patch without the resource version. Lists are whole, as a merge patch replaces them. */
export interface NodePatch {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly finalizers: readonly string[];
    readonly ownerReferences: readonly OwnerReference[];
  };
  readonly spec: { readonly taints: readonly Taint[] };
}

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
export function registrationPatch(claim: Claim, dialect: Dialect, node: Node): NodePatch {
  const { metadata, spec } = node;
  const owners = (metadata.ownerReferences ?? []).filter(({ uid }) => uid !== claim.uid);
  return {
    metadata: {
      labels: { ...claim.labels, [labels.kaitoNodeClass]: claim.nodeClass, [labels.registered]: 'true' },
      annotations: Object.fromEntries(
        Object.entries(claim.annotations).filter(([key]) => !CLAIM_ONLY_ANNOTATIONS.includes(key)),
      ),
      finalizers: [...new Set([...(metadata.finalizers ?? []), finalizers.termination])],
      ownerReferences: [
        ...owners,
        {
          apiVersion: apiVersionOf(dialect.resource),
          kind: claim.kind,
          name: claim.name,
          uid: claim.uid,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { taints: syncedTaints(claim, spec?.taints ?? []) },
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
