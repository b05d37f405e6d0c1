import { clusterIdentity } from '../cluster-identity.ts';
import { ServiceError } from '../http/service-error.ts';
import { parseTaint } from './labels-and-taints.ts';
import { readPool } from './read-pool.ts';

const cluster = clusterIdentity({});
const restrictions = {
  restrictedSizes: ['Standard_D4s_v5'],
  restrictedZones: { Standard_NC12s_v3: ['1'] },
};
const read = (properties: object, name = 'ws1'): ReturnType<typeof readPool> =>
  readPool(name, { properties: { vmSize: 'Standard_NC6s_v3', ...properties } }, cluster, restrictions);

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
    [{ vmSize: 'Standard_NC12s_v3', availabilityZones: ['1', '2'] }, 'AvailabilityZoneNotSupported'],
    [{ vmSize: 'Standard_NC12s_v3', availabilityZones: ['2'] }, 'accepted'],
    [{ vmSize: 'Standard_NG32ads_V620_v1', availabilityZones: ['1'] }, 'AvailabilityZoneNotSupported'],
    [{ scaleSetPriority: 'Spot' }, 'accepted'],
    [{ scaleSetPriority: 'Spot', scaleSetEvictionPolicy: 'Deallocate', spotMaxPrice: 0.5 }, 'accepted'],
    [{ scaleSetPriority: 'Spot', spotMaxPrice: 0 }, 'InvalidParameter'],
    [{ scaleSetPriority: 'Spot', scaleSetEvictionPolicy: 'Keep' }, 'InvalidParameter'],
    [{ scaleSetPriority: 'Spot', mode: 'System' }, 'InvalidParameter'],
    [{ scaleSetPriority: 'Spot', vmSize: 'Standard_DS2_v2' }, 'AzureSpotIsNotSupportedForThisVMSize'],
    [{ spotMaxPrice: -1 }, 'InvalidParameter'],
    [{ scaleSetPriority: 'Regular', scaleSetEvictionPolicy: 'Delete' }, 'InvalidParameter'],
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
    expect(codeOf(() => readPool('ws1', [], cluster))).toBe('InvalidRequestContent');
    expect(codeOf(() => readPool('ws1', { properties: {} }, cluster))).toBe('InvalidParameter');
  });

  it('of a spot pool gets the label, the taint and the terms that AKS adds, once', () => {
    const spot = {
      scaleSetPriority: 'Spot',
      scaleSetEvictionPolicy: 'Delete',
      spotMaxPrice: -1,
      nodeLabels: { a: 'b', 'kubernetes.azure.com/scalesetpriority': 'spot' },
      nodeTaints: ['sku=gpu:NoSchedule', 'kubernetes.azure.com/scalesetpriority=spot:NoSchedule'],
    };
    const asked = { scaleSetPriority: 'Spot', nodeLabels: { a: 'b' }, nodeTaints: ['sku=gpu:NoSchedule'] };
    expect(read(asked).properties).toMatchObject(spot);
    expect(read(spot).properties).toMatchObject(spot);
  });

  it('hears which zones there are when it asks for others', () => {
    expect(() => read({ vmSize: 'Standard_NC12s_v3', availabilityZones: ['1'] })).toThrow(
      "The zone(s) '1' for resource 'ws1' is not supported. The supported zones for location 'eastus' are '2,3'",
    );
  });
});

it.each(['a', 'ws1a2b3c4d5e', 'x9'])('pool name %s is good', name => {
  expect(codeOf(() => read({}, name))).toBe('accepted');
});

it.each(['', '1a', 'A1', 'a-b', 'a'.repeat(13)])('pool name "%s" is refused', name => {
  expect(codeOf(() => read({}, name))).toBe('InvalidParameter');
});

it('reads taints in both forms', () => {
  expect(parseTaint('sku=gpu:NoSchedule')).toEqual({ key: 'sku', value: 'gpu', effect: 'NoSchedule' });
  expect(parseTaint('kaito.sh/x:NoExecute')).toEqual({ key: 'kaito.sh/x', effect: 'NoExecute' });
  expect(parseTaint('sku=gpu:Sometimes')).toBeUndefined();
});
