import type { AgentPool } from '@kaito/azure';
import { labels } from '@kaito/crds';
import type { Owner } from '../../claims/claim.ts';
import { MANAGER, ownershipTags } from '../../pools/ownership.ts';
import { slotOf } from '../../pools/pool-name.ts';

/** Names of Kubernetes objects (Kubernetes docs, DNS subdomain names). */
const OBJECT_NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * The claim that the pool's tags name. Undefined when the pool is not ours beyond doubt: a tag is missing or no name, or the
 * pool does not stand in that claim's slot, as when somebody copied the tags to a pool of their own.
 */
export function ownerOf({ name: pool, tags }: Pick<AgentPool, 'name' | 'tags'>): Owner | undefined {
  if (tags[ownershipTags.managedBy] !== MANAGER) return undefined;
  const { [ownershipTags.kind]: kind, [ownershipTags.name]: name, [ownershipTags.uid]: uid } = tags;
  if ((kind !== 'Machine' && kind !== 'NodeClaim') || !uid || !name || !OBJECT_NAME.test(name)) return undefined;
  return slotOf({ kind, name }).pool === pool ? { kind, name, uid } : undefined;
}

/**
 * Whether a pool without our tags looks like one that the Go gpu-provisioner made: these labels are all it leaves on a pool.
 * They prove nothing, since anybody may set them.
 */
export function looksLikeOurs({ labels: own, tags }: Pick<AgentPool, 'labels' | 'tags'>): boolean {
  return tags[ownershipTags.managedBy] === undefined && labels.machineType in own && labels.creationTimestamp in own;
}
