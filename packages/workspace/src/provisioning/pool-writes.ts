import { allowedValues, labels } from '@kaito/crds';
import { applyIfChanged, canonicalJson, ignoreNotFound, keyOf, wasApplied, type Client } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { anyLabelledWorkspace } from '../observe/ties.ts';
import type { Observed } from '../observed.ts';
import { nodePools, renderNodePool, type NodePool, type PoolShape } from '../render/node-pool.ts';
import { fieldManager } from '../render/ownership.ts';
import { predecessors } from '../workload/predecessor.ts';
import { ClaimNameTakenError } from './claim-writes.ts';
import type { ProvisioningTools } from './provisioning.ts';

/** The workspace's NodePool as it is; undefined where there is none, it is somebody else's, or on its way out. */
export function ownPool({ workspace, nodePool }: Observed): NodePool | undefined {
  const isOwn = nodePool !== undefined && anyLabelledWorkspace(nodePool).includes(keyOf(workspace));
  return isOwn && nodePool.metadata.deletionTimestamp === undefined ? nodePool : undefined;
}

/** Brings the NodePool of a workspace to what is wanted; costs no request when it is so already. */
export async function applyPool(
  observed: Observed,
  plan: Plan,
  shape: PoolShape,
  { client, events, logger, signal }: ProvisioningTools,
): Promise<void> {
  const { workspace } = observed;
  const live = ownPool(observed);
  const desired = renderNodePool(workspace, plan, shape);
  if (live && doesAsItIs(live, desired)) return;
  if (!live) await checkNameFree(observed, desired.metadata.name, client, signal);
  const { changed } = await applyIfChanged(client, { get: () => live }, nodePools, desired, {
    fieldManager,
    predecessors,
    signal,
  });
  if (!changed) return;
  const { name } = desired.metadata;
  const { replicas } = shape;
  logger.info('Applied NodePool', { nodePool: name, replicas, instanceType: plan.nodes.instanceType });
  const message = `NodePool ${name} is to have ${replicas} ${plan.nodes.instanceType} nodes`;
  events.record(workspace, { type: 'Normal', reason: live ? 'NodePoolChanged' : 'NodePoolCreated', message });
}

/**
 * Whether a pool that KAITO made has what is wanted. It is left as it is until something else is: Karpenter would replace its nodes for
 * any other template.
 */
function doesAsItIs(live: NodePool, desired: NodePool): boolean {
  return !wasApplied(live) && canonicalJson(whatCounts(live)) === canonicalJson(whatCounts(desired));
}

function whatCounts({ spec }: NodePool): unknown {
  const { nodeClassRef, requirements } = spec?.template?.spec ?? {};
  return { replicas: spec?.replicas, nodeClassRef, sizes: allowedValues(requirements, labels.instanceType) };
}

/**
 * Server-side apply would take over a pool that the cache does not show.
 * @throws ClaimNameTakenError when it is not the workspace's
 */
async function checkNameFree(
  { workspace }: Observed,
  name: string,
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  const found = await ignoreNotFound(client.get(nodePools, { name }, { signal }));
  if (found && !anyLabelledWorkspace(found).includes(keyOf(workspace)))
    throw new ClaimNameTakenError(sayingTaken(name));
}

/** What to do about a pool of the workspace's name that belongs to somebody else. */
export function sayingTaken(name: string): string {
  return `NodePool "${name}" exists and is not of this workspace: delete it if nobody needs it; it is not touched`;
}

/**
 * Lowers the size of a NodePool that is left from an installation that made its nodes with Karpenter, and deletes it when nothing of
 * it is needed any more. It never grows.
 */
export async function shrinkPool(observed: Observed, replicas: number, tools: ProvisioningTools): Promise<void> {
  const pool = ownPool(observed);
  if (!pool || (pool.spec?.replicas ?? 0) <= replicas) return;
  if (replicas === 0) {
    await deletePool(observed, tools);
    return;
  }
  const { name, uid } = pool.metadata;
  const { client, signal } = tools;
  await ignoreNotFound(
    client.patch(nodePools, { name }, { metadata: { uid }, spec: { replicas } }, { signal, fieldManager }),
  );
}

/** Deletes the workspace's NodePool; Karpenter deletes its claims with it. */
export async function deletePool(observed: Observed, { client, logger, signal }: ProvisioningTools): Promise<void> {
  const pool = ownPool(observed);
  if (!pool) return;
  const { name, uid } = pool.metadata;
  await ignoreNotFound(client.delete(nodePools, { name }, { uid, signal, propagationPolicy: 'Background' }));
  logger.info('Deleted NodePool', { nodePool: name });
}
