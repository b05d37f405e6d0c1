import type { Owner } from '../claims/claim.ts';

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

/** Whether the pool was made for exactly this claim. The uid decides: a claim made again under an old name is another one. */
export function isOwnedBy(pool: { readonly tags?: Readonly<Record<string, string>> }, owner: Owner): boolean {
  const tags = pool.tags ?? {};
  return tags[ownershipTags.managedBy] === MANAGER && tags[ownershipTags.uid] === owner.uid;
}

/** Who has the pool, in words for a message. */
export function describeOwner(pool: { readonly tags?: Readonly<Record<string, string>> }): string {
  const tags = pool.tags ?? {};
  if (tags[ownershipTags.managedBy] !== MANAGER) return 'it was not made by gpu-provisioner';
  return `it was made for ${tags[ownershipTags.kind]} ${tags[ownershipTags.name]} (uid ${tags[ownershipTags.uid]})`;
}
