import { clusterIdentity } from '../cluster-identity.ts';
import { ServiceError } from '../http/service-error.ts';
import { parseTaint } from './labels-and-taints.ts';
import { checkPoolName, readPool } from './read-pool.ts';

const cluster = clusterIdentity({});
const read = (properties: object): ReturnType<typeof readPool> =>
  readPool({ properties: { vmSize: 'Standard_NC6s_v3', ...properties } }, cluster, ['Standard_D4s_v5']);

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof ServiceError && error.status === 400) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('the body of a PUT', () => {
  it('gets what AKS fills in, and keeps what it does not know', () => {
    const { properties, size } = read({ vmSize: 'standard_nc6S_V3', linuxOSConfig: { swapFileSizeMB: 1 } });
    expect(size.name).toBe('Standard_NC6s_v3');
    expect(properties).toMatchObject({
      vmSize: 'Standard_NC6s_v3',
      count: 1,
      mode: 'User',
      osType: 'Linux',
      osSKU: 'Ubuntu',
      osDiskSizeGB: 128,
      kubeletDiskType: 'OS',
      maxPods: 110,
      scaleDownMode: 'Delete',
      powerState: { code: 'Running' },
      orchestratorVersion: cluster.kubernetesVersion,
      nodeImageVersion: expect.stringMatching(/^AKSUbuntu-2204gen2containerd-/),
      linuxOSConfig: { swapFileSizeMB: 1 },
    });
  });

  it('does not take over what is read-only, or null', () => {
    const { properties } = read({ provisioningState: 'Succeeded', eTag: 'x', count: null });
    expect(properties).not.toHaveProperty('provisioningState');
    expect(properties).not.toHaveProperty('eTag');
    expect(properties.count).toBe(1);
  });

  it.each([
    [{ count: -1 }, 'InvalidParameter'],
    [{ count: 1001 }, 'InvalidParameter'],
    [{ count: '1' }, 'InvalidParameter'],
    [{ mode: 'System', count: 0 }, 'InvalidParameter'],
    [{ osDiskSizeGB: 2049 }, 'InvalidParameter'],
    [{ mode: 'Boss' }, 'InvalidParameter'],
    [{ nodeTaints: 'a=b:NoSchedule' }, 'InvalidParameter'],
    [{ nodeTaints: ['a=b'] }, 'InvalidParameter'],
    [{ nodeTaints: ['sku=gpu:NoSchedule', 'x:NoExecute'] }, 'accepted'],
    [{ osSKU: 'Debian' }, 'InvalidOSSKU'],
    [{ osSKU: 'AzureLinux' }, 'accepted'],
    [{ vmSize: 'Standard_Nope' }, 'VMSizeNotSupported'],
    [{ vmSize: 'Standard_D4s_v5' }, 'VMSizeNotSupported'],
    [{ vmSize: 7 }, 'InvalidParameter'],
    [{ availabilityZones: ['1', '3'] }, 'accepted'],
    [{ availabilityZones: ['4'] }, 'AvailabilityZoneNotSupported'],
    [{ osDiskType: 'Ephemeral', osDiskSizeGB: 1024 }, 'VMCannotFitEphemeralOSDisk'],
    [{ osDiskType: 'Ephemeral', vmSize: 'Standard_D2s_v5' }, 'VMSizeDoesNotSupportEphemeralOS'],
  ])('%j → %s', (properties, code) => {
    expect(codeOf(() => read(properties))).toBe(code);
  });

  it.each([
    ['karpenter.sh/nodepool', 'kaito', 'accepted'],
    ['kaito.sh/workspace', 'w1', 'accepted'],
    ['plain', '', 'accepted'],
    ['kubernetes.azure.com/scalesetpriority', 'spot', 'accepted'],
    ['kubernetes.azure.com/mine', 'x', 'NodeLabelKeyNotAllowed'],
    ['kubernetes.io/os', 'linux', 'NodeLabelKeyNotAllowed'],
    ['node.kubernetes.io/instance-type', 'x', 'NodeLabelKeyNotAllowed'],
    ['kwok.x-k8s.io/node', 'fake', 'accepted'],
    ['foo.k8s.io/bar', 'x', 'NodeLabelKeyNotAllowed'],
    ['a/b/c', 'x', 'InvalidParameter'],
    ['ok', 'not ok', 'InvalidParameter'],
    ['ok', 'x'.repeat(64), 'InvalidParameter'],
  ])('label %s=%s → %s', (key, value, code) => {
    expect(codeOf(() => read({ nodeLabels: { [key]: value } }))).toBe(code);
  });

  it('must be there', () => {
    expect(codeOf(() => readPool([], cluster, []))).toBe('InvalidRequestContent');
    expect(codeOf(() => readPool({ properties: {} }, cluster, []))).toBe('InvalidParameter');
  });
});

it.each(['a', 'ws1a2b3c4d5e', 'x9'])('pool name %s is good', name => {
  expect(codeOf(() => checkPoolName(name))).toBe('accepted');
});

it.each(['', '1a', 'A1', 'a-b', 'a'.repeat(13)])('pool name "%s" is refused', name => {
  expect(codeOf(() => checkPoolName(name))).toBe('InvalidParameter');
});

it('reads taints in both forms', () => {
  expect(parseTaint('sku=gpu:NoSchedule')).toEqual({ key: 'sku', value: 'gpu', effect: 'NoSchedule' });
  expect(parseTaint('kaito.sh/x:NoExecute')).toEqual({ key: 'kaito.sh/x', effect: 'NoExecute' });
  expect(parseTaint('sku=gpu:Sometimes')).toBeUndefined();
});
