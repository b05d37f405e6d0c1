import type { AgentPoolSpec } from '@kaito/azure';
import { labels } from '@kaito/crds';
import type { Claim, Dialect } from '../claims/claim.ts';
import type { InstanceType } from '../instance-types/instance-type.ts';
import type { Offering } from '../offerings/offering.ts';
import { creationLabel } from './creation-label.ts';
import { tagsFor } from './ownership.ts';
import type { PoolWish } from './pool-wish.ts';

/** A pool that is about to be asked for: what the claim wants, and the offering that was chosen for it. */
export interface PoolRequest {
  readonly wish: PoolWish;
  readonly offering: Offering;
}

/** Label domains that AKS keeps to itself and refuses on a pool (AKS docs, reserved label prefixes). */
const RESERVED = /(?:^|\.)(?:kubernetes\.io|k8s\.io)$|^kubernetes\.azure\.com$/;

/** The body of the PUT that makes the claim's pool: one machine, tagged with its owner. `now` in epoch milliseconds. */
export function poolBody(claim: Claim, dialect: Dialect, request: PoolRequest, now: number): AgentPoolSpec {
  const { wish, offering } = request;
  const { osSku, taints, osDiskSizeGb, vnetSubnetId, podSubnetId, spotMaxPrice } = wish;
  return {
    vmSize: offering.type.name,
    count: 1,
    osSku,
    labels: poolLabels(claim, dialect, offering),
    taints,
    tags: { ...wish.tags, ...tagsFor(claim, now) },
    ...(osDiskSizeGb !== undefined && { osDiskSizeGb }),
    ...(offering.zone !== undefined && { zones: [offering.zone] }),
    ...(offering.capacityType === 'spot' && { spot: { maxPrice: spotMaxPrice } }),
    ...(vnetSubnetId !== undefined && { vnetSubnetId }),
    ...(podSubnetId !== undefined && { podSubnetId }),
  };
}

/**
 * The node labels set by the pool: the kind's own, the claim's without those that AKS would refuse (registration puts
 * these on the node later), and what KAITO reads.
 */
export function poolLabels(claim: Claim, dialect: Dialect, { type }: Offering): Readonly<Record<string, string>> {
  return {
    ...dialect.poolLabels,
    ...Object.fromEntries(Object.entries(claim.labels).filter(([key]) => !RESERVED.test(domainOf(key)))),
    [labels.machineType]: hasGpus(type) ? 'gpu' : 'cpu',
    [labels.creationTimestamp]: creationLabel(claim.createdAt),
  };
}

/** Where only the name is known, it tells: of Azure's families of sizes, those of N have GPUs (Azure docs, sizes of virtual machines). */
function hasGpus({ gpus, name }: InstanceType): boolean {
  return gpus === undefined ? !/^Standard_[A-MO-Z]/i.test(name) : gpus > 0;
}

function domainOf(key: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? '' : key.slice(0, slash);
}
