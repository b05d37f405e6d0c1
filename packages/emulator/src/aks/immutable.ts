import { isDeepStrictEqual } from 'node:util';
import { propertyChangeNotAllowed } from './errors.ts';
import type { PoolProperties } from './pool.ts';

/** What a pool keeps for life (AKS docs, agent pool properties that "cannot be changed after creation"). */
const IMMUTABLE = [
  'vmSize',
  'type',
  'osType',
  'osDiskSizeGB',
  'osDiskType',
  'maxPods',
  'availabilityZones',
  'scaleSetPriority',
  'scaleSetEvictionPolicy',
  'spotMaxPrice',
  'vnetSubnetID',
  'podSubnetID',
  'enableFIPS',
  'gpuInstanceProfile',
];

/** @throws ServiceError 400 PropertyChangeNotAllowed for the first property that a PUT over a pool would change. */
export function checkImmutable(before: PoolProperties, after: PoolProperties): void {
  const changed = IMMUTABLE.find(property => !isDeepStrictEqual(before[property], after[property]));
  if (changed !== undefined) throw propertyChangeNotAllowed(changed);
}
