import { aMachine, aNodeClaim } from '@kaito/testing';
import { machineDialect } from '../claims/machine.ts';
import { nodeClaimDialect } from '../claims/node-claim.ts';
import { poolBody } from './pool-body.ts';
import type { PoolRequest } from './pool-body.ts';
import type { PoolWish } from './pool-wish.ts';
import { unreadInstanceType } from '../instance-types/instance-type.ts';
import type { Offering } from '../offerings/offering.ts';
import { anInstanceType } from '../testing/stand-ins.ts';

const CREATED = '2026-07-28T10:00:00Z';
const wish: PoolWish = {
  osSku: 'Ubuntu',
  osDiskSizeGb: 1024,
  taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
  tags: { team: 'ml' },
  vnetSubnetId: undefined,
  podSubnetId: undefined,
  spotMaxPrice: -1,
};
const type = anInstanceType('Standard_NC24ads_A100_v4');
const offering: Offering = { type, capacityType: 'on-demand', zone: undefined };
const request: PoolRequest = { wish, offering };
const metadata = { uid: 'u1', creationTimestamp: CREATED };

test('a NodeClaim of KAITO becomes this pool', () => {
  const claim = nodeClaimDialect.view(aNodeClaim({ metadata }));
  expect(poolBody(claim, nodeClaimDialect, request, 0)).toEqual({
    vmSize: 'Standard_NC24ads_A100_v4',
    count: 1,
    osSku: 'Ubuntu',
    osDiskSizeGb: 1024,
    labels: {
      'karpenter.sh/nodepool': 'kaito',
      'kaito.sh/workspace': 'a-workspace',
      'kaito.sh/workspacenamespace': 'default',
      apps: 'a-workspace',
      'kaito.sh/machine-type': 'gpu',
      'kaito.sh/creation-timestamp': '2026-07-28T10-00-00Z',
    },
    taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
    tags: {
      team: 'ml',
      'kaito.sh_managed-by': 'gpu-provisioner',
      'kaito.sh_claim-kind': 'NodeClaim',
      'kaito.sh_claim-name': 'wc1a2b3c4d5',
      'kaito.sh_claim-uid': 'u1',
      'kaito.sh_created-at': '1970-01-01T00:00:00.000Z',
    },
  });
});

test('a Machine without labels gets the label of its kind', () => {
  const claim = machineDialect.view(aMachine({ metadata: { ...metadata, labels: undefined } }));
  expect(
    poolBody(claim, machineDialect, { wish, offering: { ...offering, type: { ...type, gpus: 0 } } }, 0).labels,
  ).toEqual({
    'karpenter.sh/provisioner-name': 'default',
    'kaito.sh/machine-type': 'cpu',
    'kaito.sh/creation-timestamp': '2026-07-28T10-00-00Z',
  });
});

test('labels that AKS refuses stay out of the pool', () => {
  const labels = {
    'node.kubernetes.io/instance-type': 'x',
    'kubernetes.io/arch': 'amd64',
    'topology.kubernetes.io/zone': 'eastus-1',
    'kops.k8s.io/x': 'x',
    'kubernetes.azure.com/mode': 'user',
    'karpenter.azure.com/sku-name': 'kept',
    'mykubernetes.io/x': 'kept',
    plain: 'kept',
  };
  const claim = machineDialect.view({ metadata: { name: 'm', ...metadata, labels } });
  const kept = poolBody(claim, machineDialect, request, 0).labels;
  expect(Object.keys(kept).filter(key => key in labels)).toEqual([
    'karpenter.azure.com/sku-name',
    'mykubernetes.io/x',
    'plain',
  ]);
});

test.each([
  ['New', 'gpu'],
  ['Standard_NC9s_v9', 'gpu'],
  ['standard_d4ds_v5', 'cpu'],
])('%s, of which only the name is known, is taken for a machine of type %s', (name, machineType) => {
  const claim = machineDialect.view(aMachine({ metadata }));
  const body = poolBody(claim, machineDialect, { wish, offering: { ...offering, type: unreadInstanceType(name) } }, 0);
  expect(body.labels).toMatchObject({ 'kaito.sh/machine-type': machineType });
});

test('a tag of the claim never stands over those that say whose the pool is', () => {
  const claim = machineDialect.view(aMachine({ metadata }));
  const stolen = { ...wish, tags: { 'kaito.sh_claim-uid': 'u2' } };
  expect(poolBody(claim, machineDialect, { wish: stolen, offering }, 0).tags).toMatchObject({
    'kaito.sh_claim-uid': 'u1',
  });
});

test('spot, zone, disk and subnets appear only when they are asked for', () => {
  const claim = machineDialect.view(aMachine({ metadata }));
  const plain = poolBody(claim, machineDialect, { offering, wish: { ...wish, osDiskSizeGb: undefined } }, 0);
  for (const field of ['spot', 'zones', 'osDiskSizeGb', 'vnetSubnetId', 'podSubnetId']) {
    expect(plain).not.toHaveProperty(field);
  }
  const special = poolBody(
    claim,
    machineDialect,
    {
      wish: { ...wish, spotMaxPrice: 1.5, vnetSubnetId: '/nodes', podSubnetId: '/pods' },
      offering: { ...offering, capacityType: 'spot', zone: '3' },
    },
    0,
  );
  expect(special).toMatchObject({
    spot: { maxPrice: 1.5 },
    zones: ['3'],
    vnetSubnetId: '/nodes',
    podSubnetId: '/pods',
  });
});
