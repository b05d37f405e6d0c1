import type { Node } from '@kaito/kube';
import type { Owner } from '../../claims/claim.ts';
import type { PoolSighting } from '../../pools/pool-sighting.ts';
import { isHeld } from './observed-nodes.ts';

/** The node of a claim, among those that stand in its pool. */
export type NodeMatch =
  | { readonly found: 'none' }
  | { readonly found: 'one'; readonly node: Node; readonly providerID: string }
  | { readonly found: 'many'; readonly names: readonly string[] };

/**
 * Finds the claim's node: the one that names the claim as its owner, else the only one in the pool. A node counts as soon
 * as the cloud has named its machine. Several at once (someone scaled the pool, or a surge upgrade) decide nothing.
 * @param poolIsOurs false when only an owner reference can tell: the pool is not known to be the claim's
 */
export function matchNode(owner: Owner, nodes: readonly Node[], poolIsOurs: boolean): NodeMatch {
  const named = nodes.filter(({ spec }) => Boolean(spec?.providerID));
  const candidates = named.filter(node => isOwnedByClaim(node, owner.uid));
  const eligible = candidates.length > 0 ? candidates : poolIsOurs ? named.filter(isUnowned) : [];
  const [node, ...others] = eligible;
  if (node === undefined) return { found: 'none' };
  if (others.length > 0) return { found: 'many', names: eligible.map(({ metadata }) => metadata.name) };
  return { found: 'one', node, providerID: node.spec?.providerID ?? '' };
}

/**
 * The nodes that go with the claim: those that name it as their owner, and those that name none and stand in its pool. Of a
 * pool that is not there any more only nodes that we hold: nobody else lets them go.
 */
export function nodesToTakeAlong(owner: Owner, nodes: readonly Node[], poolIs: PoolSighting['state']): readonly Node[] {
  const ours = poolIs === 'ours' || poolIs === 'accepted';
  return nodes.filter(
    node => isOwnedByClaim(node, owner.uid) || (isUnowned(node) && (ours || (poolIs === 'absent' && isHeld(node)))),
  );
}

/** Whether the node names this claim as its owner. */
export function isOwnedByClaim({ metadata }: Node, uid: string): boolean {
  return (metadata.ownerReferences ?? []).some(owner => owner.uid === uid);
}

function isUnowned({ metadata }: Node): boolean {
  return (metadata.ownerReferences ?? []).every(({ kind }) => kind !== 'Machine' && kind !== 'NodeClaim');
}
