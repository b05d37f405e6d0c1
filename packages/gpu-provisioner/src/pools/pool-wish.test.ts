import { aNodeClaim } from '@kaito/testing';
import type { ClaimObject } from '../claims/claim.ts';
import { nodeClaimDialect } from '../claims/node-claim.ts';
import { wishOf } from './pool-wish.ts';
import type { PoolDefaults } from './pool-wish.ts';

const SUBNET = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/gpu';

function verdictOn(
  spec: ClaimObject['spec'] = {},
  annotations: Record<string, string> = {},
  defaults: PoolDefaults = { tags: {} },
) {
  return wishOf(nodeClaimDialect.view({ metadata: { name: 'c', annotations }, spec: { ...spec } }), defaults);
}

function wish(...args: Parameters<typeof verdictOn>) {
  const verdict = verdictOn(...args);
  if (!verdict.ok) throw new Error(verdict.refusal.message);
  return verdict.wish;
}

function refusal(...args: Parameters<typeof verdictOn>) {
  const verdict = verdictOn(...args);
  if (verdict.ok) throw new Error(`not refused: ${JSON.stringify(verdict.wish)}`);
  return verdict.refusal;
}

test('a claim of KAITO, as it comes', () => {
  expect(wishOf(nodeClaimDialect.view(aNodeClaim()), { tags: { team: 'ml' } })).toEqual({
    ok: true,
    warnings: [],
    wish: {
      osSku: 'Ubuntu',
      osDiskSizeGb: 50,
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
      tags: { team: 'ml' },
      vnetSubnetId: undefined,
      podSubnetId: undefined,
      spotMaxPrice: -1,
    },
  });
});

const disk = (requests: Record<string, string>) => wish({ resources: { requests } }).osDiskSizeGb;

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
    const { reason, message } = refusal({ resources: { requests: { storage } } });
    expect(reason).toBe('InvalidSpec');
    expect(message).toContain('spec.resources.requests');
  });
});

describe('image family', () => {
  test.each([
    ['ubuntu', 'Ubuntu'],
    ['azurelinux', 'AzureLinux'],
    ['AzureLinux', 'AzureLinux'],
  ])('%s is %s', (value, osSku) => {
    expect(verdictOn({}, { 'kaito.sh/node-image-family': value })).toMatchObject({ wish: { osSku }, warnings: [] });
  });

  test('unknown is Ubuntu with a warning', () => {
    expect(verdictOn({}, { 'kaito.sh/node-image-family': 'cbl' })).toMatchObject({
      wish: { osSku: 'Ubuntu' },
      warnings: [expect.stringContaining('cbl')],
    });
  });

  test('as a label is ignored', () => {
    const object = { metadata: { name: 'c', labels: { 'kaito.sh/node-image-family': 'azurelinux' } } };
    expect(wishOf(nodeClaimDialect.view(object), { tags: {} })).toMatchObject({ wish: { osSku: 'Ubuntu' } });
  });
});

describe('tags', () => {
  test('of the claim stand over those of the provisioner', () => {
    const { tags } = wish({}, { 'kaito.sh/azure-tags': 'team=vision,cost=42' }, { tags: { team: 'ml', env: 'prod' } });
    expect(tags).toEqual({ team: 'vision', cost: '42', env: 'prod' });
  });

  test('that Azure would refuse, or that say whose a pool is, are refused with the name of the annotation', () => {
    for (const text of ['a/b=c', 'kaito.sh_claim-uid=u2', 'nothing']) {
      expect(refusal({}, { 'kaito.sh/azure-tags': text }).message).toMatch(/^annotation kaito.sh\/azure-tags: /);
    }
  });
});

describe('subnets', () => {
  test('of the claim stand over those of the provisioner', () => {
    const defaults = { tags: {}, vnetSubnetId: '/default', podSubnetId: '/pods' };
    expect(wish({}, { 'kaito.sh/vnet-subnet-id': SUBNET }, defaults)).toMatchObject({
      vnetSubnetId: SUBNET,
      podSubnetId: '/pods',
    });
  });

  test.each(['gpu', `${SUBNET}/x`, '/subscriptions/s/subnets/gpu', ''])('%j is refused', id => {
    expect(refusal({}, { 'kaito.sh/pod-subnet-id': id }).message).toContain('must be the resource id of a subnet');
  });
});

describe('the most that spot may cost', () => {
  test.each([
    ['-1', -1],
    ['0.98765', 0.98765],
    ['12', 12],
  ])('%s', (text, price) => {
    expect(wish({}, { 'kaito.sh/spot-max-price': text }).spotMaxPrice).toBe(price);
  });

  test.each(['0', '-2', '1.123456', 'cheap', ''])('%j is refused', text => {
    expect(refusal({}, { 'kaito.sh/spot-max-price': text }).message).toContain('US dollars an hour');
  });
});

describe('taints', () => {
  test.each([
    ['taints', { key: 'a', effect: 'Sometimes' }],
    ['startupTaints', { key: '', effect: 'NoSchedule' }],
  ])('%s %j is refused', (field, taint) => {
    expect(refusal({ [field]: [taint] }).message).toContain(`spec.${field}`);
  });
});
