import type { VmSize } from './vm-sizes.ts';

/**
 * A VM size as the Resource SKUs API lists it (api-version 2021-07-01): all capabilities are strings, zones and
 * restrictions are per location.
 * @param restricted where the subscription may not use this size: in the whole location, or in these zones.
 */
export function renderSku(size: VmSize, location: string, restricted: 'everywhere' | readonly string[]): object {
  return {
    resourceType: 'virtualMachines',
    name: size.name,
    tier: 'Standard',
    size: size.name.replace(/^Standard_/, ''),
    family: size.family,
    locations: [location],
    locationInfo: [{ location, zones: size.zones, zoneDetails: [] }],
    capabilities: Object.entries(capabilities(size)).map(([name, value]) => ({ name, value })),
    restrictions: restrictionsOf(restricted, location),
  };
}

function restrictionsOf(restricted: 'everywhere' | readonly string[], location: string): readonly object[] {
  if (restricted.length === 0) return [];
  const zones = restricted === 'everywhere' ? undefined : restricted;
  return [
    {
      type: zones ? 'Zone' : 'Location',
      values: [location],
      restrictionInfo: { locations: [location], ...(zones && { zones }) },
      reasonCode: 'NotAvailableForSubscription',
    },
  ];
}

function capabilities(size: VmSize): Readonly<Record<string, string>> {
  const gib = 1024 ** 3;
  return {
    MaxResourceVolumeMB: String(size.tempDiskGb * 1024),
    OSVhdSizeMB: '1047552',
    vCPUs: String(size.vcpus),
    MemoryPreservingMaintenanceSupported: flag(size.gpus === 0),
    HyperVGenerations: 'V1,V2',
    CpuArchitectureType: size.arch === 'arm64' ? 'Arm64' : 'x64',
    MemoryGB: String(size.memoryGb),
    MaxDataDiskCount: String(Math.min(32, size.vcpus * 2)),
    LowPriorityCapable: flag(size.spot),
    PremiumIO: 'True',
    VMDeploymentTypes: 'IaaS',
    vCPUsAvailable: String(size.vcpus),
    ...(size.gpus > 0 && { GPUs: String(size.gpus) }),
    ...(size.cacheDiskGb > 0 && { CachedDiskBytes: String(size.cacheDiskGb * gib) }),
    EphemeralOSDiskSupported: flag(size.cacheDiskGb > 0),
    EncryptionAtHostSupported: 'True',
    AcceleratedNetworkingEnabled: 'True',
    RdmaEnabled: flag(/^Standard_N[CD]\d+(am|i)?s?r/.test(size.name)),
  };
}

function flag(on: boolean): string {
  return on ? 'True' : 'False';
}
