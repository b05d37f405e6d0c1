import type { ClusterIdentity } from '../admin/protocol.ts';
import type { VmSize } from '../compute/vm-sizes.ts';
import { SPOT_KEY } from './labels-and-taints.ts';
import { isSpot } from './pool.ts';
import type { PoolProperties } from './pool.ts';

/** Read-only properties: what a caller sends for them is not taken over. */
const READ_ONLY = ['eTag', 'provisioningState', 'currentOrchestratorVersion', 'status'];
const DEFAULT_MAX_PODS = 110;

/** Fills in what AKS echoes for properties that were left out; `sent` holds no null. */
export function withDefaults(
  sent: Readonly<Record<string, unknown>>,
  size: VmSize,
  cluster: ClusterIdentity,
): PoolProperties {
  const osType = sent['osType'] ?? 'Linux';
  const given = Object.fromEntries(Object.entries(sent).filter(([name]) => !READ_ONLY.includes(name)));
  const osDiskSizeGB = Number(sent['osDiskSizeGB']) || defaultOsDiskGb(size);
  const defaults = {
    count: 1,
    osDiskType: size.cacheDiskGb >= osDiskSizeGB ? 'Ephemeral' : 'Managed',
    kubeletDiskType: 'OS',
    maxPods: DEFAULT_MAX_PODS,
    type: 'VirtualMachineScaleSets',
    mode: 'User',
    osType,
    osSKU: osType === 'Windows' ? 'Windows2022' : 'Ubuntu',
    scaleDownMode: 'Delete',
    powerState: { code: 'Running' },
    orchestratorVersion: cluster.kubernetesVersion,
    currentOrchestratorVersion: cluster.kubernetesVersion,
    enableFIPS: false,
    enableEncryptionAtHost: false,
    enableUltraSSD: false,
    enableNodePublicIP: false,
    upgradeSettings: { maxSurge: '10%' },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was sent has been checked rule by rule before
  const properties = { ...defaults, ...given, osDiskSizeGB } as unknown as PoolProperties;
  return { ...spotDefaults(properties), vmSize: size.name, nodeImageVersion: nodeImage(properties.osSKU, size) };
}

/** What AKS adds to a spot pool, and echoes (AKS docs, "Add a Spot node pool"). */
function spotDefaults(properties: PoolProperties): PoolProperties {
  if (!isSpot(properties)) return properties;
  const taint = `${SPOT_KEY}=spot:NoSchedule`;
  const taints = properties.nodeTaints ?? [];
  return {
    scaleSetEvictionPolicy: 'Delete',
    spotMaxPrice: -1,
    ...properties,
    nodeLabels: { ...properties.nodeLabels, [SPOT_KEY]: 'spot' },
    nodeTaints: taints.includes(taint) ? taints : [...taints, taint],
  };
}

/** AKS docs, "Node OS disk sizing": the default grows with the vCPUs of the size. */
export function defaultOsDiskGb({ vcpus }: VmSize): number {
  if (vcpus < 8) return 128;
  if (vcpus < 16) return 256;
  return vcpus < 64 ? 512 : 1024;
}

/** In the form of AKS node image names; the date is made up. */
function nodeImage(osSku: string, { arch }: VmSize): string {
  const release = '202611.10.0';
  if (/^(AzureLinux|CBLMariner|AzureContainerLinux)/.test(osSku)) {
    return `AKSAzureLinux-V3gen2${arch === 'arm64' ? 'arm64' : ''}-${release}`;
  }
  if (osSku.startsWith('Windows')) return `AKSWindows-${osSku.slice('Windows'.length)}-containerd-${release}`;
  const ubuntu = osSku === 'Ubuntu2404' ? '2404' : '2204';
  return `AKSUbuntu-${ubuntu}gen2${arch === 'arm64' ? 'arm64' : ''}containerd-${release}`;
}
