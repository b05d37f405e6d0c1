import type { ClusterIdentity, Settings } from '../admin/protocol.ts';
import { invalidRequestContent } from '../arm/errors.ts';
import { isRecord } from '../http/json.ts';
import { findVmSize } from '../compute/vm-sizes.ts';
import type { VmSize } from '../compute/vm-sizes.ts';
import {
  ephemeralDiskMisfit,
  invalidOsSku,
  invalidParameter,
  spotNotSupported,
  vmSizeNotSupported,
  zoneNotSupported,
} from './errors.ts';
import { checkLabels, checkTaints } from './labels-and-taints.ts';
import { withDefaults } from './pool-defaults.ts';
import { isSpot } from './pool.ts';
import type { PoolProperties } from './pool.ts';

/** AKS docs, "Create a node pool": Linux pool names have 1 to 12 lower-case letters and digits and start with a letter. */
const POOL_NAME = /^[a-z][a-z0-9]{0,11}$/;
/** AKS docs, "Quotas and limits": nodes in a pool of virtual machine scale sets. */
const MAX_COUNT = 1000;
/** Largest OS disk of Azure, GiB. */
const MAX_OS_DISK_GB = 2048;
const LINUX_SKUS = [
  'Ubuntu',
  'Ubuntu2204',
  'Ubuntu2404',
  'AzureLinux',
  'AzureLinux3',
  'AzureContainerLinux',
  'CBLMariner',
];
const WINDOWS_SKUS = ['Windows2019', 'Windows2022', 'Windows2025'];

interface Rule {
  readonly property: string;
  readonly holds: (value: unknown) => boolean;
  readonly reason: string;
}

function integer(property: string, min: number, max: number): Rule {
  return {
    property,
    holds: value => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    reason: `it must be a whole number from ${min} to ${max}.`,
  };
}

function choice(property: string, ...values: readonly string[]): Rule {
  return {
    property,
    holds: value => values.some(word => word === value),
    reason: `it must be one of ${values.join(', ')}.`,
  };
}

const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every(item => typeof item === 'string');

/** Checked one by one where the property is present and not null. */
const RULES: readonly Rule[] = [
  { property: 'vmSize', holds: value => typeof value === 'string', reason: 'it must be a string.' },
  integer('count', 0, MAX_COUNT),
  integer('osDiskSizeGB', 0, MAX_OS_DISK_GB),
  integer('maxPods', 10, 250),
  choice('type', 'VirtualMachineScaleSets', 'AvailabilitySet', 'VirtualMachines'),
  choice('mode', 'System', 'User', 'Gateway'),
  choice('osType', 'Linux', 'Windows'),
  choice('osDiskType', 'Managed', 'Ephemeral'),
  choice('scaleSetPriority', 'Regular', 'Spot'),
  choice('scaleSetEvictionPolicy', 'Delete', 'Deallocate'),
  {
    property: 'spotMaxPrice',
    holds: value => value === -1 || (typeof value === 'number' && value > 0),
    reason: 'it must be -1 or a price above 0.',
  },
  { property: 'nodeLabels', holds: isRecord, reason: 'it must be an object.' },
  { property: 'tags', holds: isRecord, reason: 'it must be an object.' },
  { property: 'nodeTaints', holds: isStrings, reason: 'it must be a list of strings.' },
  { property: 'nodeInitializationTaints', holds: isStrings, reason: 'it must be a list of strings.' },
  { property: 'availabilityZones', holds: isStrings, reason: 'it must be a list of strings.' },
];

/** @throws ServiceError 400 for a name that AKS does not take. */
function checkPoolName(name: string): void {
  if (POOL_NAME.test(name)) return;
  throw invalidParameter(
    'agentPoolProfile.name',
    `'${name}' must start with a lowercase letter, have at most 12 characters, and only have characters a-z0-9.`,
  );
}

/** What the subscription may not use of what Azure has. */
export type Restrictions = Pick<Settings, 'restrictedSizes' | 'restrictedZones'>;

export const UNRESTRICTED: Restrictions = { restrictedSizes: [], restrictedZones: {} };

export interface PoolRequest {
  readonly size: VmSize;
  readonly properties: PoolProperties;
}

/**
 * Reads the name and the body of a PUT and fills in what AKS would.
 * @throws ServiceError 400 with the code that AKS has for what is wrong.
 */
export function readPool(
  name: string,
  body: unknown,
  cluster: ClusterIdentity,
  restrictions: Restrictions = UNRESTRICTED,
): PoolRequest {
  checkPoolName(name);
  const given = isRecord(body) ? body['properties'] : undefined;
  if (!isRecord(given)) throw invalidRequestContent("an agent pool has an object 'properties'");
  const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
  for (const { property, holds, reason } of RULES) {
    if (property in sent && !holds(sent[property])) throw invalidParameter(`agentPoolProfile.${property}`, reason);
  }
  const size = readSize(sent['vmSize'], cluster, restrictions.restrictedSizes);
  const properties = withDefaults(sent, size, cluster);
  checkMachine(properties, size);
  const supported = size.zones.filter(zone => !restrictions.restrictedZones[size.name]?.includes(zone));
  const missing = (properties.availabilityZones ?? []).filter(zone => !supported.includes(zone));
  if (missing.length > 0) throw zoneNotSupported(name, missing, { location: cluster.location, supported });
  checkLabels(properties.nodeLabels ?? {});
  checkTaints(properties.nodeTaints ?? [], 'nodeTaints');
  checkTaints(properties.nodeInitializationTaints ?? [], 'nodeInitializationTaints');
  return { size, properties };
}

function readSize(given: unknown, cluster: ClusterIdentity, restricted: readonly string[]): VmSize {
  if (typeof given !== 'string' || given === '') throw invalidParameter('agentPoolProfile.vmSize', 'it is required.');
  const size = findVmSize(given);
  if (size && !restricted.includes(size.name)) return size;
  throw vmSizeNotSupported(given, cluster.subscriptionId, cluster.location);
}

function checkMachine(properties: PoolProperties, size: VmSize): void {
  checkPriority(properties, size);
  if (properties.mode === 'System' && properties.count < 1) {
    throw invalidParameter('agentPoolProfile.count', 'a system pool has at least 1 node.');
  }
  const skus = properties.osType === 'Windows' ? WINDOWS_SKUS : LINUX_SKUS;
  if (!skus.includes(properties.osSKU)) throw invalidOsSku(properties.osSKU);
  const room = Math.max(size.cacheDiskGb, size.tempDiskGb);
  if (properties.osDiskType === 'Ephemeral' && properties.osDiskSizeGB > room) {
    throw ephemeralDiskMisfit(size.name, properties.osDiskSizeGB, room);
  }
}

/** AKS docs, "Add a Spot node pool": spot pools are user pools, and only they have an eviction policy and a price. */
function checkPriority(properties: PoolProperties, size: VmSize): void {
  if (isSpot(properties)) {
    if (!size.spot) throw spotNotSupported(size.name);
    if (properties.mode === 'System') {
      throw invalidParameter('agentPoolProfile.scaleSetPriority', 'a system pool cannot have priority Spot.');
    }
    return;
  }
  for (const property of ['scaleSetEvictionPolicy', 'spotMaxPrice']) {
    if (properties[property] !== undefined) {
      throw invalidParameter(`agentPoolProfile.${property}`, 'it can only be set with scaleSetPriority Spot.');
    }
  }
}
