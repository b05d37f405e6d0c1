import type { AzureError, ClusterInfo } from '@kaito/azure';
import { isReady } from '../fleet.ts';
import type { Evidence } from './evidence.ts';
import type { Suspects } from './suspects.ts';
import type { CollectionTerms } from './terms.ts';

/** Why garbage collection deletes nothing; the values of a metric. */
export const holdReasons = [
  'CachesNotSynced',
  'PoolsUnread',
  'PoolListFailing',
  'PoolListStale',
  'PoolsVanished',
  'ClaimsVanished',
  'NodesNotReady',
  'ClusterUnread',
  'ClusterNotRunning',
  'ForeignCluster',
] as const;
export type HoldReason = (typeof holdReasons)[number];

export interface Hold {
  readonly reason: HoldReason;
  /** What is wrong and what to do, for people. */
  readonly message: string;
  /** `claims`: agent pools without a claim are still collected. */
  readonly stops: 'everything' | 'claims';
  /** How long Azure asks to be left in peace, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** States of a cluster in which Azure's answers about pools can be relied on, and in which AKS takes a DELETE. */
const STEADY = ['Succeeded', 'Failed', 'Canceled', 'Updating'];

/** The holds that the caches and the newest LIST demand. Pure. */
export function holdsIn(evidence: Evidence, suspects: Suspects, terms: CollectionTerms): readonly Hold[] {
  const unread = unreadable(evidence, terms);
  if (unread) return [unread];
  return [poolsVanished, claimsVanished, nodesNotReady]
    .map(check => check(evidence, suspects, terms))
    .filter(hold => hold !== undefined);
}

/** How many of `total` may be missing at once before that says more about the evidence than about them. */
export function allowedOf(total: number, percent: number): number {
  return Math.max(1, Math.floor((total * percent) / 100));
}

function unreadable({ synced, snapshot, failure, monotonic }: Evidence, terms: CollectionTerms): Hold | undefined {
  if (!synced) return all('CachesNotSynced', 'the caches of the cluster are not filled yet');
  if (failure) return all('PoolListFailing', `the agent pools cannot be listed: ${failure.message}`);
  if (!snapshot) return all('PoolsUnread', 'the agent pools have not been listed yet');
  const ageMs = monotonic - snapshot.askedAt;
  if (ageMs <= 2 * Math.max(terms.intervalMs, terms.listIntervalMs)) return undefined;
  return all('PoolListStale', `the newest list of the agent pools is ${Math.round(ageMs / 1000)} s old`);
}

function poolsVanished({ claims }: Evidence, suspects: Suspects, terms: CollectionTerms): Hold | undefined {
  const machines = suspects.claims.filter(({ missing }) => missing === 'machine').length;
  const gone = claims.filter(({ sighting }) => sighting.state === 'absent').length + machines;
  if (gone <= allowedOf(claims.length, terms.maxPercent)) return undefined;
  return all(
    'PoolsVanished',
    `${gone} of ${claims.length} claims have lost their agent pool or machine at once, more than GC_MAX_PERCENT allows; if they are really gone, delete these claims or raise it`,
  );
}

function claimsVanished({ pools }: Evidence, suspects: Suspects, terms: CollectionTerms): Hold | undefined {
  const gone = suspects.pools.length;
  if (gone <= allowedOf(pools.length, terms.maxPercent)) return undefined;
  const names = suspects.pools.map(({ pool }) => pool.name).toSorted();
  return all(
    'ClaimsVanished',
    `${gone} of ${pools.length} agent pools have lost their claim at once, more than GC_MAX_PERCENT allows; they cost money: if they are really left over, delete them or raise it: ${names.join(', ')}`,
  );
}

function nodesNotReady({ nodes }: Evidence): Hold | undefined {
  const silent = nodes.filter(node => !isReady(node)).length;
  if (silent <= allowedOf(nodes.length, 50)) return undefined;
  return {
    reason: 'NodesNotReady',
    message: `${silent} of ${nodes.length} nodes are not Ready, which looks like an outage; no claim is given up meanwhile`,
    stops: 'claims',
  };
}

/**
 * The hold that the state of the cluster itself demands. Pure.
 * @param providerIds of all nodes that the API server shows
 */
export function clusterHold(cluster: ClusterInfo, providerIds: readonly string[]): Hold | undefined {
  const { name, powerState, provisioningState, nodeResourceGroup } = cluster;
  if (powerState !== 'Running' || !STEADY.includes(provisioningState)) {
    const state = `${powerState ?? 'in an unknown power state'}, ${provisioningState || 'in an unknown state'}`;
    return all('ClusterNotRunning', `cluster ${name} is ${state}; what is missing may only be stopped`);
  }
  const machines = providerIds.filter(id => id.startsWith('azure://'));
  const group = `/resourcegroups/${nodeResourceGroup?.toLowerCase()}/`;
  if (nodeResourceGroup === undefined || machines.length === 0) return undefined;
  if (machines.some(id => id.toLowerCase().includes(group))) return undefined;
  return all(
    'ForeignCluster',
    `no node of this cluster is a machine of AKS cluster ${name}; check AZURE_CLUSTER_NAME, ARM_RESOURCE_GROUP and the kubeconfig`,
  );
}

/** The cluster could not be read. */
export function clusterUnread({ message, retryAfterMs }: Pick<AzureError, 'message' | 'retryAfterMs'>): Hold {
  return { ...all('ClusterUnread', `the state of the cluster cannot be read: ${message}`), retryAfterMs };
}

function all(reason: HoldReason, message: string): Hold {
  return { reason, message, stops: 'everything' };
}
