import type { AgentPoolSpec } from '@kaito/azure';
import { labels } from '@kaito/crds';
import type { Taint } from '@kaito/crds';
import type { Claim, Dialect } from '../claims/claim.ts';
import { tagsFor } from './ownership.ts';

/** What a claim asks of Azure, checked and in Azure's terms. */
export interface PoolRequest {
  readonly vmSize: string;
  readonly gpu: boolean;
  readonly spot: boolean;
  readonly osSku: 'Ubuntu' | 'AzureLinux';
  /** In GiB; undefined leaves the size to AKS. */
  readonly osDiskSizeGb: number | undefined;
  /** Zone numbers within the location; empty lets AKS choose. */
  readonly zones: readonly string[];
  readonly taints: readonly Taint[];
}

/** Label domains that AKS keeps to itself and refuses on a pool (AKS docs, reserved label prefixes). */
const RESERVED = /(?:^|\.)(?:kubernetes\.io|k8s\.io)$|^kubernetes\.azure\.com$/;

/** Pay whatever spot costs, never more than on demand; evicted for capacity only (AKS docs, spot node pools). */
const UP_TO_ON_DEMAND = -1;

/** The body of the PUT that makes the claim's pool: one machine, tagged with its owner. `now` in epoch milliseconds. */
export function poolBody(claim: Claim, dialect: Dialect, request: PoolRequest, now: number): AgentPoolSpec {
  return {
    vmSize: request.vmSize,
    count: 1,
    osSku: request.osSku,
    labels: poolLabels(claim, dialect, request),
    taints: request.taints,
    tags: tagsFor(claim, now),
    ...(request.osDiskSizeGb !== undefined && { osDiskSizeGb: request.osDiskSizeGb }),
    ...(request.zones.length > 0 && { zones: request.zones }),
    ...(request.spot && { spot: { maxPrice: UP_TO_ON_DEMAND } }),
  };
}

/**
 * The node labels set by the pool: the kind's own, the claim's without those that AKS would refuse (registration puts
 * these on the node later), and what KAITO reads.
 */
export function poolLabels(claim: Claim, dialect: Dialect, request: PoolRequest): Readonly<Record<string, string>> {
  return {
    ...dialect.poolLabels,
    ...Object.fromEntries(Object.entries(claim.labels).filter(([key]) => !RESERVED.test(domainOf(key)))),
    [labels.machineType]: request.gpu ? 'gpu' : 'cpu',
    [labels.creationTimestamp]: labelTime(claim.createdAt),
  };
}

/** A time as a label value may hold it: 2026-07-28T10-00-00Z. */
function labelTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
}

function domainOf(key: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? '' : key.slice(0, slash);
}
