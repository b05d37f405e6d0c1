import type { AgentPool, AgentPools } from '@kaito/azure';
import { ignoreNotFound, nodes } from '@kaito/kube';
import type { Client, EventRecorder, Logger, Node } from '@kaito/kube';
import { isHeld, ownersOf } from '../claim/observed-nodes.ts';
import type { DisruptionMetrics } from '../disruption-metrics.ts';
import type { CollectionMetrics } from './collection-metrics.ts';
import type { ClaimSuspect, PoolSuspect } from './suspects.ts';

/** What a collection acts through. */
export interface TakeDownServices {
  readonly client: Pick<Client, 'delete'>;
  readonly agentPools: Pick<AgentPools, 'delete'>;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly metrics: Pick<CollectionMetrics, 'collected'>;
  readonly disruptions: DisruptionMetrics;
}

export interface TakeDownContext {
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Takes a pool without a claim down. One whose node was in service goes with its node: deleting the node lets the claim
 * controller drain it first and remove the pool then. Any other is deleted at once, in the state that was read.
 * @throws AzureError or ApiError when the deletion is refused; it is tried again in the next round
 */
export async function takeDownPool(
  { owner, nodes: standing }: PoolSuspect,
  pool: AgentPool,
  services: TakeDownServices,
  { signal, logger }: TakeDownContext,
): Promise<void> {
  const served = standing.filter(node => isHeld(node) && ownersOf(node).some(({ uid }) => uid === owner.uid));
  const about = { pool: pool.name, kind: owner.kind, claim: owner.name, uid: owner.uid };
  if (served.length > 0) {
    for (const node of served) await deleteNode(node, services, signal);
    logger.warn('Agent pool without a claim is drained and removed', { ...about, nodes: served.map(nameOf) });
  } else {
    const answer = await services.agentPools.delete(pool.name, { etag: pool.etag, signal });
    logger.warn('Agent pool without a claim deleted', { ...about, correlationId: answer?.correlationId });
  }
  services.metrics.collected('pool');
}

async function deleteNode(node: Node, { client, events }: TakeDownServices, signal: AbortSignal): Promise<void> {
  const { name, uid } = node.metadata;
  const message = 'The claim of this node is gone: the node is drained and its agent pool removed';
  events.record(node, { type: 'Warning', reason: 'GarbageCollected', message });
  await ignoreNotFound(client.delete(nodes, { name }, { uid, signal }));
}

/** Deletes a claim whose machine is gone, so that whoever made it can make another. */
export async function takeDownClaim(
  { claim, dialect, pool, missing }: ClaimSuspect,
  services: TakeDownServices,
  { signal, logger }: TakeDownContext,
): Promise<void> {
  const message = missing === 'pool' ? `Agent pool ${pool} is gone` : `The machine of agent pool ${pool} is gone`;
  services.events.record(claim.object, { type: 'Warning', reason: 'GarbageCollected', message });
  await ignoreNotFound(services.client.delete(dialect.resource, { name: claim.name }, { uid: claim.uid, signal }));
  services.metrics.collected('claim');
  services.disruptions.disrupted(claim, 'garbage_collected');
  logger.warn('Claim without a machine deleted', { kind: claim.kind, claim: claim.name, pool, missing });
}

function nameOf({ metadata }: Node): string {
  return metadata.name;
}
