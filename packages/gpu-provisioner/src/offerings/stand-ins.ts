import type { Requirement } from '@kaito/crds';
import type { Claim } from '../claims/claim.ts';
import { nodeClaimDialect } from '../claims/node-claim.ts';
import type { InstanceType } from '../instance-types/instance-type.ts';
import { anInstanceType } from '../testing/stand-ins.ts';
import type { InstanceTypes } from './candidates.ts';
import type { Offering } from './offering.ts';

// Stand-ins for unit tests of the ladder and the memory.

export const a100 = anInstanceType('Standard_NC24ads_A100_v4', {
  family: 'standardNCADSA100v4Family',
  vcpus: 24,
  memoryGiB: 220,
});
export const twoA100 = anInstanceType('Standard_NC48ads_A100_v4', {
  family: 'standardNCADSA100v4Family',
  vcpus: 48,
  memoryGiB: 440,
  gpus: 2,
});
export const a10 = anInstanceType('Standard_NV36ads_A10_v5', {
  family: 'StandardNVADSA10v5Family',
  vcpus: 36,
  memoryGiB: 440,
  zones: ['1', '2'],
});
export const t4 = anInstanceType('Standard_NC4as_T4_v3', {
  family: 'Standard NCASv3_T4 Family',
  vcpus: 4,
  memoryGiB: 28,
  spotCapable: false,
});
export const v620 = anInstanceType('Standard_NG32ads_V620_v1', {
  family: 'standardNGADSV620v1Family',
  vcpus: 32,
  memoryGiB: 64,
  zones: [],
});
export const cpuOnly = anInstanceType('Standard_D4s_v5', {
  family: 'standardDSv5Family',
  vcpus: 4,
  memoryGiB: 16,
  gpus: 0,
});

/** A location that sells these types, or whose list could not be read. */
export function aLocation(types: readonly InstanceType[] = [a100, twoA100, a10, t4, v620, cpuOnly]): InstanceTypes {
  return {
    location: 'eastus',
    read: true,
    all: () => types,
    lookup: name => {
      const type = types.find(known => known.name.toLowerCase() === name.toLowerCase());
      return type ? { found: 'yes', type } : { found: 'no' };
    },
  };
}

export const unreadLocation: InstanceTypes = {
  location: 'eastus',
  read: false,
  all: () => [],
  lookup: () => ({ found: 'unread' }),
};

/** A claim with these terms and requests. */
export function aClaim(requirements: readonly Requirement[], requests: Claim['requests'] = {}): Claim {
  return nodeClaimDialect.view({ metadata: { name: 'c1' }, spec: { requirements, resources: { requests } } });
}

/** A term; `key` in full. */
export function term(key: string, operator: string, ...values: readonly string[]): Requirement {
  return { key, operator, values };
}

export function anOffering(parts: Partial<Offering> = {}): Offering {
  return { type: a100, capacityType: 'on-demand', zone: undefined, ...parts };
}
