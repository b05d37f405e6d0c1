import { aMachine, aNodeClaim } from '@kaito/testing';
import { machineDialect } from '../claims/machine.ts';
import { nodeClaimDialect } from '../claims/node-claim.ts';
import { poolBody } from './pool-body.ts';
import type { PoolRequest } from './pool-body.ts';

const CREATED = '2026-07-28T10:00:00Z';
const request: PoolRequest = {
  vmSize: 'Standard_NC24ads_A100_v4',
  gpu: true,
  spot: false,
  osSku: 'Ubuntu',
  osDiskSizeGb: 1024,
  zones: [],
  taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
};
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
  expect(poolBody(claim, machineDialect, { ...request, gpu: false }, 0).labels).toEqual({
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

test('spot, zones and disk appear only when they are asked for', () => {
  const claim = machineDialect.view(aMachine({ metadata }));
  const plain = poolBody(claim, machineDialect, { ...request, osDiskSizeGb: undefined }, 0);
  expect([plain.spot, plain.zones, plain.osDiskSizeGb]).toEqual([undefined, undefined, undefined]);
  const special = poolBody(claim, machineDialect, { ...request, spot: true, zones: ['1', '3'] }, 0);
  expect([special.spot, special.zones]).toEqual([{ maxPrice: -1 }, ['1', '3']]);
});
