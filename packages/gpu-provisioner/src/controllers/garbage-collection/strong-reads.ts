import type { AgentPools, Cluster } from '@kaito/azure';
import { isAzureError } from '@kaito/azure';
import { labels } from '@kaito/crds';
import { nodes } from '@kaito/kube';
import type { Client } from '@kaito/kube';
import type { Owner } from '../../claims/claim.ts';
import { dialects } from '../../claims/dialects.ts';
import { judgePool } from '../../pools/pool-sighting.ts';
import { clusterHold, clusterUnread } from './holds.ts';
import type { Hold } from './holds.ts';
import { ownerOf } from './pool-owner.ts';
import { shouldHaveMachine } from './suspects.ts';
import type { ClaimSuspect, PoolSuspect } from './suspects.ts';

/** What is asked, of Azure and of the API server, before anything is deleted. */
export interface StrongSources {
  readonly client: Pick<Client, 'list'>;
  readonly agentPools: Pick<AgentPools, 'get'>;
  readonly cluster: Cluster;
}

/** Reads the cluster's state from Azure. @returns why nothing may be deleted, undefined when nothing speaks against it */
export async function readCluster(
  { cluster }: Pick<StrongSources, 'cluster'>,
  providerIds: readonly string[],
  signal: AbortSignal,
): Promise<Hold | undefined> {
  try {
    return clusterHold(await cluster.get({ signal }), providerIds);
  } catch (error) {
    if (signal.aborted || !isAzureError(error)) throw error;
    return clusterUnread(error);
  }
}

/**
 * Asks whether the pool is still without its claim. An absence that the API server itself states is final: a uid never comes
 * back. It states it by an empty list; a 404 might only say that it does not know the kind (yet).
 * @returns the pool as it is now, to be deleted in this state; undefined when it must stay
 */
export async function confirmPool(
  { owner, pool }: PoolSuspect,
  { client, agentPools }: StrongSources,
  signal: AbortSignal,
): Promise<PoolSuspect['pool'] | undefined> {
  if (await claimExists(client, owner, signal)) return undefined;
  const current = await agentPools.get(pool.name, { signal });
  if (current === undefined || ownerOf(current)?.uid !== owner.uid) return undefined;
  return current.provisioningState === 'Deleting' || current.powerState === 'Stopped' ? undefined : current;
}

async function claimExists(client: Pick<Client, 'list'>, owner: Owner, signal: AbortSignal): Promise<boolean> {
  const { resource } = dialects[owner.kind];
  const { items } = await client.list(resource, { fieldSelector: `metadata.name=${owner.name}`, signal });
  return items.some(({ metadata }) => metadata.uid === owner.uid);
}

/** Asks whether the claim's pool, or the machine in it, is still missing. */
export async function confirmClaim(
  { claim, pool, missing }: ClaimSuspect,
  { client, agentPools }: StrongSources,
  signal: AbortSignal,
): Promise<boolean> {
  const current = await agentPools.get(pool, { signal });
  if (missing === 'pool') return current === undefined;
  const sighting = judgePool(current, claim);
  if (sighting.state !== 'ours' || !shouldHaveMachine(sighting.pool)) return false;
  const { items } = await client.list(nodes, { labelSelector: `${labels.aksAgentPool}=${pool}`, signal });
  return items.length === 0;
}
