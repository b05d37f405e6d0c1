import { labels } from '@kaito/crds';
import { aNodeClaim } from '@kaito/testing';
import type { ClaimObject } from '../../claims/claim.ts';
import { nodeClaimDialect } from '../../claims/node-claim.ts';
import type { InstanceType, InstanceTypeLookup } from '../../instance-types/instance-type.ts';
import { anInstanceType } from '../../testing/stand-ins.ts';
import { requestOf } from './request.ts';

const TYPES: readonly InstanceType[] = [
  anInstanceType('Standard_NC6s_v3'),
  anInstanceType('Standard_D4s_v5', { gpus: 0 }),
  anInstanceType('Standard_NewArm', { gpus: 2, architecture: 'arm64' }),
];
const offer = {
  location: 'eastus',
  lookup(name: string): InstanceTypeLookup {
    const type = TYPES.find(known => known.name === name);
    return type ? { found: 'yes', type } : { found: 'no' };
  },
};
const unread = { location: 'eastus', lookup: (): InstanceTypeLookup => ({ found: 'unread' }) };

const isIn = (key: string, ...values: string[]) => ({ key, operator: 'In' as const, values });
const gpu = isIn(labels.instanceType, 'Standard_NC6s_v3');

function claimWith(spec: ClaimObject['spec'], annotations: Record<string, string> = {}) {
  return nodeClaimDialect.view({ metadata: { name: 'c', annotations }, ...(spec && { spec }) });
}

function requested(spec: ClaimObject['spec'], annotations?: Record<string, string>) {
  const verdict = requestOf(claimWith(spec, annotations), offer);
  if (!verdict.ok) throw new Error(verdict.refusal.message);
  return verdict.request;
}

function refusal(spec: ClaimObject['spec']) {
  const verdict = requestOf(claimWith(spec), offer);
  if (verdict.ok) throw new Error(`not refused: ${JSON.stringify(verdict.request)}`);
  return verdict.refusal;
}

test('a claim of KAITO, as it comes', () => {
  expect(requestOf(nodeClaimDialect.view(aNodeClaim()), offer)).toEqual({
    ok: true,
    warnings: [],
    request: {
      vmSize: 'Standard_NC6s_v3',
      gpu: true,
      spot: false,
      osSku: 'Ubuntu',
      osDiskSizeGb: 50,
      zones: [],
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
    },
  });
});

describe('instance type', () => {
  test('the first listed that is offered', () => {
    const wish = isIn(labels.instanceType, 'Standard_Gone', 'Standard_NC6s_v3', 'Standard_D4s_v5');
    expect(requested({ requirements: [wish] }).vmSize).toBe('Standard_NC6s_v3');
  });

  test('has to be in what every term leaves', () => {
    const not = { key: labels.instanceType, operator: 'NotIn' as const, values: ['Standard_NC6s_v3'] };
    const wish = isIn(labels.instanceType, 'Standard_NC6s_v3', 'Standard_D4s_v5');
    expect(requested({ requirements: [wish, not] }).vmSize).toBe('Standard_D4s_v5');
    expect(refusal({ requirements: [gpu, not] })).toMatchObject({ reason: 'InvalidSpec' });
  });

  test('may come as the SKU name of the Azure provider', () => {
    expect(requested({ requirements: [isIn(labels.azureSkuName, 'Standard_NC6s_v3')] }).vmSize).toBe(
      'Standard_NC6s_v3',
    );
    expect(refusal({ requirements: [gpu, isIn(labels.azureSkuName, 'Standard_D4s_v5')] }).reason).toBe('InvalidSpec');
  });

  test('is needed', () => {
    expect(refusal({})).toEqual({
      reason: 'InvalidSpec',
      message: expect.stringContaining('must name an instance type'),
    });
  });

  test('that the location does not have is refused with its name', () => {
    expect(refusal({ requirements: [isIn(labels.instanceType, 'Standard_Gone')] })).toEqual({
      reason: 'SKUNotAvailable',
      message: expect.stringContaining('Standard_Gone is not offered to this subscription in eastus'),
    });
  });

  test('passes while the list cannot be read, and its name tells whether it has GPUs', () => {
    const wish = { requirements: [isIn(labels.instanceType, 'Standard_NXYZ')] };
    expect(requestOf(claimWith(wish), unread)).toMatchObject({
      ok: true,
      request: { vmSize: 'Standard_NXYZ', gpu: true },
    });
  });

  test('has GPUs by the list, not by its name', () => {
    expect(requested({ requirements: [isIn(labels.instanceType, 'Standard_D4s_v5')] }).gpu).toBe(false);
    expect(requested({ requirements: [isIn(labels.instanceType, 'Standard_NewArm')] }).gpu).toBe(true);
  });
});

const disk = (requests: Record<string, string>) =>
  requested({ requirements: [gpu], resources: { requests } }).osDiskSizeGb;

describe('disk', () => {
  test.each([
    [{ storage: '50Gi' }, 50],
    [{ storage: '50.5Gi' }, 51],
    [{ storage: '100G' }, 94],
    [{ storage: '1Gi' }, 30],
    [{ storage: '2048Gi' }, 2048],
    [{ 'ephemeral-storage': '200Gi' }, 200],
    [{ storage: '50Gi', 'ephemeral-storage': '200Gi' }, 200],
  ])('%j is %d GiB', (requests: Record<string, string>, gib) => {
    expect(disk(requests)).toBe(gib);
  });

  test('is left to AKS without a wish', () => {
    expect([disk({}), disk({ storage: '0' })]).toEqual([undefined, undefined]);
  });

  test.each(['2049Gi', '1Pi', '-1Gi', 'big'])('of %s is refused', storage => {
    const { reason, message } = refusal({ requirements: [gpu], resources: { requests: { storage } } });
    expect(reason).toBe('InvalidSpec');
    expect(message).toContain('spec.resources.requests');
  });
});

const spot = (...terms: { key: string; operator: string; values?: string[] }[]) =>
  requested({ requirements: [gpu, ...terms] }).spot;

describe('capacity type', () => {
  test('is on-demand unless spot is listed first', () => {
    expect(spot()).toBe(false);
    expect(spot(isIn(labels.capacityType, 'spot'))).toBe(true);
    expect(spot(isIn(labels.capacityType, 'spot', 'on-demand'))).toBe(true);
    expect(spot(isIn(labels.capacityType, 'on-demand', 'spot'))).toBe(false);
    expect(spot({ key: labels.capacityType, operator: 'NotIn', values: ['on-demand'] })).toBe(true);
  });

  test('that does not exist is refused', () => {
    expect(refusal({ requirements: [gpu, isIn(labels.capacityType, 'reserved')] }).message).toContain(
      'on-demand or spot',
    );
  });
});

const zones = (...terms: { key: string; operator: string; values?: string[] }[]) =>
  requested({ requirements: [gpu, ...terms] }).zones;

describe('zones', () => {
  test('come with or without the location, in order', () => {
    expect(zones(isIn(labels.zone, 'eastus-3', '1'))).toEqual(['3', '1']);
  });

  test('are left to AKS when all will do', () => {
    expect(zones({ key: labels.zone, operator: 'Exists' })).toEqual([]);
  });

  test('may be excluded', () => {
    expect(zones({ key: labels.zone, operator: 'NotIn', values: ['eastus-2'] })).toEqual(['1', '3']);
  });

  test.each(['westus-1', 'eastus-4', 'eastus-', '0', 'moon'])('%s is refused', zone => {
    expect(refusal({ requirements: [gpu, isIn(labels.zone, zone)] })).toEqual({
      reason: 'InvalidSpec',
      message: expect.stringContaining(zone === 'eastus-' ? 'eastus' : zone.replace('eastus-', '')),
    });
  });
});

describe('platform', () => {
  test('is linux', () => {
    expect(refusal({ requirements: [gpu, isIn(labels.os, 'windows')] }).message).toContain('linux');
  });

  test('must be the architecture of the instance type', () => {
    expect(refusal({ requirements: [gpu, isIn(labels.arch, 'arm64')] }).message).toContain('amd64');
    const arm = isIn(labels.instanceType, 'Standard_NewArm');
    expect(requested({ requirements: [arm, isIn(labels.arch, 'arm64')] }).vmSize).toBe('Standard_NewArm');
  });
});

const imageFamily = (value: string) =>
  requestOf(claimWith({ requirements: [gpu] }, { 'kaito.sh/node-image-family': value }), offer);

describe('image family', () => {
  test.each([
    ['ubuntu', 'Ubuntu'],
    ['azurelinux', 'AzureLinux'],
    ['AzureLinux', 'AzureLinux'],
  ])('%s is %s', (value, osSku) => {
    expect(imageFamily(value)).toMatchObject({ ok: true, request: { osSku }, warnings: [] });
  });

  test('unknown is Ubuntu with a warning', () => {
    expect(imageFamily('cbl')).toMatchObject({
      ok: true,
      request: { osSku: 'Ubuntu' },
      warnings: [expect.stringContaining('cbl')],
    });
  });

  test('as a label is ignored', () => {
    const object = {
      metadata: { name: 'c', labels: { 'kaito.sh/node-image-family': 'azurelinux' } },
      spec: { requirements: [gpu] },
    };
    expect(requestOf(nodeClaimDialect.view(object), offer)).toMatchObject({ request: { osSku: 'Ubuntu' } });
  });
});

describe('taints', () => {
  test.each([
    ['taints', { key: 'a', effect: 'Sometimes' }],
    ['startupTaints', { key: '', effect: 'NoSchedule' }],
  ])('%s %j is refused', (field, taint) => {
    expect(refusal({ requirements: [gpu], [field]: [taint] }).message).toContain(`spec.${field}`);
  });
});
