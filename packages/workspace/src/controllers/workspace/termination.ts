import { finalizers, labels, workspaces, type Workspace } from '@kaito/crds';
import {
  deployments,
  ignoreNotFound,
  removeFinalizer,
  services,
  type Client,
  type KubeObject,
  type Logger,
  type Resource,
} from '@kaito/kube';
import type { Claim } from '../../claims/claim.ts';
import type { ClaimKind } from '../../claims/claim-kind.ts';
import { isControlledBy } from '../../render/ownership.ts';
import type { Observed } from './observe.ts';

/** Tools of the step. */
export interface TerminationTools {
  readonly client: Client;
  readonly kinds: readonly ClaimKind[];
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Takes a workspace down: first its Service and its Deployment, so that no request comes and no pod is made anew while the nodes drain,
 * then its claims, and when none is left the finalizer. Each call does what can be done now; the watch on claims calls again.
 *
 * @returns the names of the claims that are still there; none means that the workspace is released
 */
export async function terminate(observed: Observed, tools: TerminationTools): Promise<readonly string[]> {
  const { workspace, claims, service, deployment } = observed;
  await Promise.all([
    deleteChild(workspace, services, service, tools),
    deleteChild(workspace, deployments, deployment, tools),
  ]);
  await Promise.all(claims.filter(({ deleting }) => !deleting).map(claim => deleteClaim(claim, tools)));
  if (claims.length > 0) return claims.map(({ name }) => name);
  // A cache may be behind, after a change of leader for one. A claim that was overlooked here would cost money for ever.
  const left = await listClaims(workspace, tools);
  if (left.length > 0) return left;
  await removeFinalizer(tools.client, workspaces, workspace, finalizers.workspace, { signal: tools.signal });
  tools.logger.info('Released workspace');
  return [];
}

/** Deletes a child, unless it is somebody else's or going already. Garbage collection would do it too, but later. */
async function deleteChild(
  workspace: Workspace,
  resource: Resource,
  child: KubeObject | undefined,
  { client, signal }: TerminationTools,
): Promise<void> {
  if (!child || child.metadata.deletionTimestamp || !isControlledBy(child, workspace)) return;
  const { name, namespace, uid } = child.metadata;
  await ignoreNotFound(client.delete(resource, { name, namespace }, { signal, uid, propagationPolicy: 'Background' }));
}

async function deleteClaim({ kind, name, uid }: Claim, { client, signal, logger }: TerminationTools): Promise<void> {
  await ignoreNotFound(client.delete(kind.resource, { name }, { signal, uid }));
  logger.info('Deleted claim', { claim: name, claimKind: kind.resource.kind });
}

async function listClaims(
  { metadata }: Workspace,
  { client, kinds, signal }: TerminationTools,
): Promise<readonly string[]> {
  const labelSelector = `${labels.workspace}=${metadata.name},${labels.workspaceNamespace}=${metadata.namespace}`;
  const lists = await Promise.all(kinds.map(({ resource }) => client.list(resource, { labelSelector, signal })));
  return lists.flatMap(({ items }) => items.map(item => item.metadata.name));
}
