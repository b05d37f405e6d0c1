import { labels, type Workspace } from '@kaito/crds';
import { ignoreNotFound, keyOf } from '@kaito/kube';
import type { ClaimKind } from '../claims/claim-kind.ts';
import { anyLabelledWorkspace } from '../observe/ties.ts';
import type { Observed } from '../observed.ts';
import { nodePoolName, nodePools } from '../render/node-pool.ts';
import { deleteClaims } from './claim-writes.ts';
import { deletePool } from './pool-writes.ts';
import type { ProvisioningTools } from './provisioning.ts';
import { releaseAll, releaseNodes } from './reservations.ts';

/** Where something of a workspace may be. */
export interface TakeDownScope {
  /** The kinds of claim that the API server knows. */
  readonly kinds: readonly ClaimKind[];
  /** Whether it knows NodePools. */
  readonly hasNodePools: boolean;
}

/**
 * Whether the caches, once they are up to date, know of all claims: that is so where nobody but us makes them. A NodePool has them made
 * by somebody else.
 */
export function areClaimsOurs({ hasNodePools }: TakeDownScope): boolean {
  return !hasNodePools;
}

/**
 * Gives back all that a workspace has, whichever provisioner it came from: an installation may have changed it. The last word is the
 * API server's, not the cache's, which may be behind after a change of leader: a claim that was overlooked would cost money for ever.
 * @param caughtUp whether `ClaimStock` has seen to it that the cache is not behind; nothing is asked then
 * @returns the names of what is still there
 */
export async function takeDown(
  observed: Observed,
  { caughtUp = false, ...scope }: TakeDownScope & { readonly caughtUp?: boolean },
  tools: ProvisioningTools,
): Promise<readonly string[]> {
  const { workspace, claims, nodes } = observed;
  // The pool first: it would replace claims of its own that are deleted.
  await deletePool(observed, tools);
  const going = claims.filter(({ deleting, nodePool }) => !deleting && nodePool === undefined);
  await deleteClaims(workspace, going, tools);
  if (claims.length > 0) return claims.map(({ name }) => name);
  if (caughtUp) {
    await releaseNodes(workspace, nodes, tools);
    return [];
  }
  const left = [...(await leftClaims(workspace, scope, tools)), ...(await leftPool(workspace, scope, tools))];
  if (left.length === 0) await releaseAll(workspace, tools);
  return left;
}

async function leftClaims(
  { metadata }: Workspace,
  { kinds }: TakeDownScope,
  { client, signal }: ProvisioningTools,
): Promise<readonly string[]> {
  const { name, namespace } = metadata;
  const selectors = [
    `${labels.workspace}=${name},${labels.workspaceNamespace}=${namespace}`,
    `${labels.karpenterWorkspaceName}=${name},${labels.karpenterWorkspaceNamespace}=${namespace}`,
  ];
  const asked = kinds.flatMap(({ resource }) => selectors.map(labelSelector => ({ resource, labelSelector })));
  const lists = await Promise.all(
    asked.map(({ resource, labelSelector }) => client.list(resource, { labelSelector, signal })),
  );
  return [...new Set(lists.flatMap(({ items }) => items.map(item => item.metadata.name)))];
}

async function leftPool(
  workspace: Workspace,
  { hasNodePools }: TakeDownScope,
  { client, signal }: ProvisioningTools,
): Promise<readonly string[]> {
  if (!hasNodePools) return [];
  const name = nodePoolName(workspace);
  const pool = await ignoreNotFound(client.get(nodePools, { name }, { signal }));
  return pool && anyLabelledWorkspace(pool).includes(keyOf(workspace)) ? [name] : [];
}
