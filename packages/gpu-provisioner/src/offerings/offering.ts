import type { InstanceType } from '../instance-types/instance-type.ts';

/** How a machine is paid: Karpenter's two capacity types. */
export type CapacityType = 'on-demand' | 'spot';

/** Something that Azure may sell: a size, in one zone or wherever the region has room, at one of two priorities. */
export interface Offering {
  readonly type: InstanceType;
  readonly capacityType: CapacityType;
  /** Number of the zone; undefined: AKS chooses the place, which finds capacity where pinning a zone does not. */
  readonly zone: string | undefined;
}

/** Names an offering: the key of everything that is remembered about it. */
export type OfferingKey = `${string}/${string}/${CapacityType}`;

/** Size in lower case, zone or `any`, capacity type: `standard_nc6s_v3/1/spot`. Azure's names do not depend on case. */
export function offeringKey({ type, zone = 'any', capacityType }: Offering): OfferingKey {
  return `${type.name.toLowerCase()}/${zone}/${capacityType}`;
}
