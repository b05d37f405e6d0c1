import type { AgentPool } from '@kaito/azure';
import { unreadInstanceType } from '../instance-types/instance-type.ts';
import type { InstanceTypeLookup } from '../instance-types/instance-type.ts';
import type { Offering } from './offering.ts';

/**
 * The offering that a pool was made of, read from the pool itself: what becomes of it is remembered under its name.
 * @returns undefined for a pool over several zones, which is no offering of ours
 */
export function offeringOf(
  { vmSize, zones, priority }: Pick<AgentPool, 'vmSize' | 'zones' | 'priority'>,
  lookup: (name: string) => InstanceTypeLookup,
): Offering | undefined {
  const [zone, ...others] = zones;
  if (vmSize === '' || others.length > 0) return undefined;
  const found = lookup(vmSize);
  const type = found.found === 'yes' ? found.type : unreadInstanceType(vmSize);
  return { type, zone, capacityType: priority === 'Spot' ? 'spot' : 'on-demand' };
}
