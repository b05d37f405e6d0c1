import { quotaNumbers } from '@kaito/azure';
import { SPOT_COUNTER, REGIONAL_COUNTER } from '../quota/demand.ts';
import type { LaunchFault } from '../faults/launch-failure.ts';
import { offeringKey } from './offering.ts';
import type { CapacityType, Offering } from './offering.ts';

/** How long what Azure refused is left alone, in milliseconds. */
export interface Lifetimes {
  /** Azure had no machine free. */
  readonly capacityMs: number;
  /** The subscription may not have more cores; an hour at least when its limit is 0. */
  readonly quotaMs: number;
  /** The size is not sold to the subscription; an hour at most for spot. */
  readonly skuMs: number;
}

/** A group of offerings that share a fate. */
export interface Scope {
  /** Names the group; two failures of the same group are one entry. */
  readonly key: string;
  /** A size, the quota family that all sizes of it count on, or `any`. */
  readonly instanceType: string;
  /** A zone's number, `any` where AKS chooses the zone, or `all`. */
  readonly zone: string;
  readonly capacityType: CapacityType;
  /** Only offerings with at least so many cores: smaller ones may still fit under a limit. */
  readonly fromVcpus: number;
}

/** What follows from a failure: these offerings are closed for so long. */
export interface Closure {
  readonly scope: Scope;
  readonly reason: string;
  readonly ms: number;
}

export type OfferingFault = Pick<LaunchFault, 'kind' | 'code' | 'message'>;

const HOUR_MS = 3_600_000;

/**
 * Compute's words for a lack of capacity that reaches no further than the place that was asked for; a code may stand inside the
 * message of an envelope. Overconstrained: too many wishes for one machine, so another zone or priority may do.
 */
const NARROW: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/OverconstrainedZonalAllocation/i, 'OverconstrainedZonalAllocationFailure'],
  [/OverconstrainedAllocation/i, 'OverconstrainedAllocationFailure'],
  [/ZonalAllocationFail/i, 'ZonalAllocationFailure'],
];
const NOT_AVAILABLE = /SkuNotAvailable|currently not available in location/i;
/** Spot cores are counted for all sizes together. */
const ALL_SPOT: Scope = { key: 'any/spot', instanceType: 'any', zone: 'all', capacityType: 'spot', fromVcpus: 0 };
/** Compute: "… is currently not available in location 'eastus' zones '1,2,3' …". */
const ZONES_NAMED = /\bzones?:?\s*'([\d,\s]+)'/i;

/**
 * What a failed launch of an offering says about it and its neighbours. Reasons are those of Karpenter's Azure provider
 * (Azure/karpenter-provider-azure, pkg/providers/instance/offerings), lifetimes too, where they are not given.
 * @returns empty where the fault is nobody's word on the offering, or only on the region's cores, which the quota ledger counts
 */
export function closuresOf(offering: Offering, fault: OfferingFault, lifetimes: Lifetimes): readonly Closure[] {
  if (fault.kind === 'capacity') return ofCapacity(offering, `${fault.code} ${fault.message}`, lifetimes);
  if (fault.kind === 'sku') return ofSku(offering, fault, lifetimes);
  return fault.kind === 'quota' ? ofQuota(offering, fault, lifetimes) : [];
}

/** The offering and nothing else. */
export function exactly(offering: Offering): readonly [Scope] {
  return [atPlace(offering, offering.zone ?? 'any')];
}

/** The keys of all groups that an offering can be in. */
export function scopeKeys(offering: Offering): readonly string[] {
  const { capacityType } = offering;
  return [offeringKey(offering), everywhereKey(offering), familyKey(offering), `any/${capacityType}`];
}

function ofCapacity(offering: Offering, said: string, lifetimes: Lifetimes): readonly Closure[] {
  if (NOT_AVAILABLE.test(said)) return notAvailable(offering, said, lifetimes);
  const narrow = NARROW.find(([pattern]) => pattern.test(said));
  const scopes = narrow ? exactly(offering) : hereAndRegional(offering);
  return scopes.map(scope => ({ scope, reason: narrow?.[1] ?? 'AllocationFailure', ms: lifetimes.capacityMs }));
}

function notAvailable(offering: Offering, said: string, lifetimes: Lifetimes): readonly Closure[] {
  const named: readonly string[] = ZONES_NAMED.exec(said)?.[1]?.match(/\d+/g) ?? [];
  // Sizes that no zone gives can often be had where AKS chooses the place, so only the zones that are named are closed.
  const scopes =
    offering.zone !== undefined && named.includes(offering.zone)
      ? named.map(zone => atPlace(offering, zone))
      : [everywhere(offering)];
  return scopes.map(scope => ({ scope, reason: 'SKUNotAvailable', ms: skuLifetime(offering, lifetimes) }));
}

function ofSku(offering: Offering, { code, message }: OfferingFault, lifetimes: Lifetimes): readonly Closure[] {
  const zonal = offering.zone !== undefined && /AvailabilityZoneNotSupported/i.test(`${code} ${message}`);
  const [scope] = zonal ? exactly(offering) : [everywhere(offering)];
  return [{ scope, reason: 'SKUNotAvailable', ms: skuLifetime(offering, lifetimes) }];
}

function ofQuota(offering: Offering, { code, message }: OfferingFault, { quotaMs }: Lifetimes): readonly Closure[] {
  const numbers = quotaNumbers(message);
  const none = numbers?.limit === 0;
  const closure = { reason: 'SubscriptionQuotaReached', ms: none ? Math.max(HOUR_MS, quotaMs) : quotaMs };
  if (numbers?.family === SPOT_COUNTER || /Low-?Priority/i.test(`${code} ${message}`)) {
    return [{ ...closure, scope: ALL_SPOT }];
  }
  if (numbers?.family === REGIONAL_COUNTER) return [];
  const { family } = offering.type;
  // Spot cores are not counted by family; where the family is not known, nothing can be said of its other sizes.
  const scope = offering.capacityType === 'spot' || !family ? everywhere(offering) : ofFamily(offering, none);
  return [{ ...closure, scope }];
}

/** Spot comes and goes with what others leave over, so it is looked at again sooner. */
function skuLifetime({ capacityType }: Offering, { skuMs }: Lifetimes): number {
  return capacityType === 'spot' ? Math.min(HOUR_MS, skuMs) : skuMs;
}

function hereAndRegional(offering: Offering): readonly Scope[] {
  const regional = atPlace(offering, 'any');
  return offering.zone === undefined ? [regional] : [atPlace(offering, offering.zone), regional];
}

function atPlace({ type, capacityType }: Offering, zone: string): Scope {
  const key = offeringKey({ type, capacityType, zone });
  return { key, instanceType: type.name, zone, capacityType, fromVcpus: 0 };
}

function everywhere(offering: Offering): Scope {
  const { type, capacityType } = offering;
  return { key: everywhereKey(offering), instanceType: type.name, zone: 'all', capacityType, fromVcpus: 0 };
}

function ofFamily(offering: Offering, all: boolean): Scope {
  const { type, capacityType } = offering;
  const fromVcpus = all ? 0 : type.vcpus;
  return { key: familyKey(offering), instanceType: type.family, zone: 'all', capacityType, fromVcpus };
}

function everywhereKey({ type, capacityType }: Offering): string {
  return `${type.name.toLowerCase()}/all/${capacityType}`;
}

function familyKey({ type, capacityType }: Offering): string {
  return `family ${type.family.toLowerCase()}/${capacityType}`;
}
