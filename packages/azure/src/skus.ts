import type { ComputeManagementClient, ResourceSku } from '@azure/arm-compute';
import type { CallOptions } from './agent-pools.ts';
import type { Calls } from './calls.ts';
import { normaliseLocation } from './location.ts';

/** Why a size cannot be had in the region, or in some of its zones. */
export interface Restriction {
  readonly type: 'Location' | 'Zone';
  /** NotAvailableForSubscription or QuotaId. */
  readonly reason: string;
  /** The zones that are closed; empty for `Location`, which closes all. */
  readonly zones: readonly string[];
}

/** A VM size as it is sold in one region. */
export interface VmSize {
  readonly name: string;
  /** The quota family, such as `standardNCADSA100v4Family`. */
  readonly family: string;
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly gpus: number;
  /** x64 or Arm64. */
  readonly architecture?: string;
  readonly spotCapable: boolean;
  /** Zones that have the size, the restricted ones included; empty where the region has no zones. */
  readonly zones: readonly string[];
  readonly restrictions: readonly Restriction[];
  /** All capabilities by their names; numbers and True/False are parsed. */
  readonly capabilities: Readonly<Record<string, string | number | boolean>>;
}

export interface Skus {
  /** Reads the VM sizes of a region: hundreds, a megabyte, so callers keep the answer for hours. All pages or an error. */
  list(location: string, options?: CallOptions): Promise<readonly VmSize[]>;
}

/** Skus over ARM. */
export function createSkus(calls: Calls, client: ComputeManagementClient): Skus {
  return {
    list: async (location, { signal } = {}) => {
      const region = normaliseLocation(location);
      const { value } = await calls.run('skus.list', signal, async () => {
        const sizes: VmSize[] = [];
        for await (const sku of client.resourceSkus.list({ filter: `location eq '${region}'` })) {
          if (sku.resourceType === 'virtualMachines' && sku.name) sizes.push(toVmSize(sku, sku.name, region));
        }
        return sizes;
      });
      return value;
    },
  };
}

function toVmSize(sku: ResourceSku, name: string, region: string): VmSize {
  const capabilities = Object.fromEntries(
    (sku.capabilities ?? []).flatMap(({ name: key, value }) =>
      key && value !== undefined ? [[key, parseCapability(value)]] : [],
    ),
  );
  const number = (key: string): number => (typeof capabilities[key] === 'number' ? capabilities[key] : 0);
  const architecture = capabilities.CpuArchitectureType;
  return {
    name,
    family: sku.family ?? '',
    vcpus: number('vCPUs'),
    memoryGiB: number('MemoryGB'),
    gpus: number('GPUs'),
    ...(typeof architecture === 'string' ? { architecture } : {}),
    spotCapable: capabilities.LowPriorityCapable === true,
    zones: (sku.locationInfo ?? [])
      .filter(info => isIn(info.location, region))
      .flatMap(info => info.zones ?? [])
      .toSorted(),
    restrictions: readRestrictions(sku, region),
    capabilities,
  };
}

function parseCapability(value: string): string | number | boolean {
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return Number(value);
  return /^(?:true|false)$/i.test(value) ? value.toLowerCase() === 'true' : value;
}

function readRestrictions(sku: ResourceSku, region: string): Restriction[] {
  return (sku.restrictions ?? []).flatMap(({ type, values, restrictionInfo, reasonCode }) => {
    const locations = restrictionInfo?.locations ?? values ?? [];
    if (locations.length > 0 && !locations.some(location => isIn(location, region))) return [];
    if (type !== 'Location' && type !== 'Zone') return [];
    return [{ type, reason: reasonCode ?? '', zones: type === 'Zone' ? (restrictionInfo?.zones ?? []) : [] }];
  });
}

function isIn(location: string | undefined, region: string): boolean {
  return location?.replaceAll(' ', '').toLowerCase() === region;
}
