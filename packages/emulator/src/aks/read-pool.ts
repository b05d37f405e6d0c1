import type { ClusterIdentity } from '../admin/protocol.ts';
import { invalidRequestContent } from '../arm/errors.ts';
import { isRecord } from '../http/json.ts';
import { findVmSize } from '../compute/vm-sizes.ts';
import type { VmSize } from '../compute/vm-sizes.ts';
import { ephemeralDiskMisfit, invalidOsSku, invalidParameter, vmSizeNotSupported, zoneNotSupported } from './errors.ts';
import { checkLabels, checkTaints } from './labels-and-taints.ts';
import { withDefaults } from './pool-defaults.ts';
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
  { property: 'nodeLabels', holds: isRecord, reason: 'it must be an object.' },
  { property: 'tags', holds: isRecord, reason: 'it must be an object.' },
  { property: 'nodeTaints', holds: isStrings, reason: 'it must be a list of strings.' },
  { property: 'nodeInitializationTaints', holds: isStrings, reason: 'it must be a list of strings.' },
  { property: 'availabilityZones', holds: isStrings, reason: 'it must be a list of strings.' },
];

/** @throws ServiceError 400 for a name that AKS does not take. */
export function checkPoolName(name: string): void {
  if (POOL_NAME.test(name)) return;
  throw invalidParameter(
    'agentPoolProfile.name',
    `'${name}' must start with a lowercase letter, have at most 12 characters, and only have characters a-z0-9.`,
  );
}

export interface PoolRequest {
  readonly size: VmSize;
  readonly properties: PoolProperties;
}

/**
 * Reads the body of a PUT and fills in what AKS would.
 * @throws ServiceError 400 with the code that AKS has for what is wrong.
 */
export function readPool(body: unknown, cluster: ClusterIdentity, restrictedSizes: readonly string[]): PoolRequest {
  const given = isRecord(body) ? body['properties'] : undefined;
  if (!isRecord(given)) throw invalidRequestContent("an agent pool has an object 'properties'");
  const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  for (const { property, holds, reason } of RULES) {
    if (property in sent && !holds(sent[property])) throw invalidParameter(`agentPoolProfile.${property}`, reason);
  }
  const size = readSize(sent['vmSize'], cluster, restrictedSizes);
  const properties = withDefaults(sent, size, cluster);
  checkMachine(properties, size, cluster.location);
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

function checkMachine(properties: PoolProperties, size: VmSize, location: string): void {
  if (properties.mode === 'System' && properties.count < 1) {
    throw invalidParameter('agentPoolProfile.count', 'a system pool has at least 1 node.');
  }
  const skus = properties.osType === 'Windows' ? WINDOWS_SKUS : LINUX_SKUS;
  if (!skus.includes(properties.osSKU)) throw invalidOsSku(properties.osSKU);
  const missing = (properties.availabilityZones ?? []).filter(zone => !size.zones.includes(zone));
  if (missing.length > 0) throw zoneNotSupported(missing, size.name, location);
  const room = Math.max(size.cacheDiskGb, size.tempDiskGb);
  if (properties.osDiskType === 'Ephemeral' && properties.osDiskSizeGB > room) {
    throw ephemeralDiskMisfit(size.name, properties.osDiskSizeGB, room);
  }
}
