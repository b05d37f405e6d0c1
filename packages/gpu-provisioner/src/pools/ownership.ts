import { labels } from '@kaito/crds';
import type { ClaimKind, Owner } from '../claims/claim.ts';
import { creationLabel } from './creation-label.ts';

/**
 * The tags that say whose a pool is. Azure forbids `/` in tag names (Azure docs, tag limitations), hence the underscore.
 * Tags and not labels: labels also reach the node, where anybody may edit them.
 */
export const ownershipTags = {
  managedBy: 'kaito.sh_managed-by',
  kind: 'kaito.sh_claim-kind',
  name: 'kaito.sh_claim-name',
  uid: 'kaito.sh_claim-uid',
  /** When the PUT went out, RFC 3339: AKS tells no creation time of a pool. */
  createdAt: 'kaito.sh_created-at',
} as const;

export const MANAGER = 'gpu-provisioner';

/**
 * By what a pool is known as a claim's: our tags; or, on a pool that the Go gpu-provisioner made and which has none, the
 * labels that it wrote, or the machine that the claim says it has.
 */
export type OwnerEvidence = 'tags' | 'labels' | 'providerID';

/** What is looked at of a pool; an AgentPool has it all. */
export interface PoolMarks {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The label that the Go gpu-provisioner puts on every pool for a claim of the kind, whatever the claim says. */
const MADE_FOR: Readonly<Record<ClaimKind, string>> = {
  Machine: labels.provisionerName,
  NodeClaim: labels.nodePool,
};

/** A machine of a Linux pool: the scale set is `aks-<pool>-<digits>-vmss` (AKS, cloud-provider-azure). Azure ignores case. */
const SCALE_SET = /\/virtualMachineScaleSets\/aks-([a-z][a-z0-9]*)-\d+-vmss\/virtualMachines\/[^/]+$/i;

/** The tags of a pool made for `owner`. `now` in epoch milliseconds. */
export function tagsFor(owner: Owner, now: number): Readonly<Record<string, string>> {
  return {
    [ownershipTags.managedBy]: MANAGER,
    [ownershipTags.kind]: owner.kind,
    [ownershipTags.name]: owner.name,
    [ownershipTags.uid]: owner.uid,
    [ownershipTags.createdAt]: new Date(now).toISOString(),
  };
}

/**
 * By what the pool is known to be exactly this claim's; undefined when it is somebody else's, as far as can be told. A uid
 * decides: a claim made again under an old name is another one. A pool with any ownership tag is judged by its tags
 * alone. One without is the claim's when it has the claim's name, the label of its kind, and either the claim's time of
 * creation or its machine: a pool that a user made has none of these labels.
 */
export function ownerEvidence(pool: PoolMarks, owner: Owner): OwnerEvidence | undefined {
  const tags = pool.tags ?? {};
  if (Object.values(ownershipTags).some(tag => tag in tags)) {
    return tags[ownershipTags.managedBy] === MANAGER && tags[ownershipTags.uid] === owner.uid ? 'tags' : undefined;
  }
  const own = pool.labels ?? {};
  if (pool.name !== owner.name || own[MADE_FOR[owner.kind]] === undefined) return undefined;
  const { createdAt, status } = owner;
  if (createdAt !== undefined && own[labels.creationTimestamp] === creationLabel(createdAt)) return 'labels';
  return poolOfProviderID(status?.providerID) === pool.name ? 'providerID' : undefined;
}

/** Whether the pool was made for exactly this claim. */
export function isOwnedBy(pool: PoolMarks, owner: Owner): boolean {
  return ownerEvidence(pool, owner) !== undefined;
}

/** The pool in whose scale set a machine stands; undefined when the id is absent or none of a Linux agent pool. */
export function poolOfProviderID(providerID: string | undefined): string | undefined {
  return SCALE_SET.exec(providerID ?? '')?.[1]?.toLowerCase();
}

/** Who has the pool, in words for a message. */
export function describeOwner(pool: PoolMarks): string {
  const tags = pool.tags ?? {};
  if (tags[ownershipTags.managedBy] !== MANAGER) return 'it was not made by gpu-provisioner';
  return `it was made for ${tags[ownershipTags.kind]} ${tags[ownershipTags.name]} (uid ${tags[ownershipTags.uid]})`;
}
