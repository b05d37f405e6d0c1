import type { AgentPool as SdkAgentPool } from '@azure/arm-containerservice';
import { formatTaint } from './taint.ts';
import type { Taint } from './taint.ts';

export type OsSku = 'Ubuntu' | 'AzureLinux';

/** Spot VMs: cheaper, and taken back when Azure needs them. */
export interface SpotPriority {
  /** US dollars an hour; -1 means up to the on-demand price. */
  readonly maxPrice: number;
}

/**
 * The agent pool that is wanted. There is no field for initialization taints on purpose: AKS refuses
 * `nodeInitializationTaints` in agent pool requests (it takes them with whole-cluster requests only, AKS docs, "Use node
 * taints"), so start-up taints are put on the Node when it registers.
 */
export interface AgentPoolSpec {
  readonly vmSize: string;
  readonly count: number;
  readonly osSku: OsSku;
  /** GiB; AKS chooses by VM size when it is absent. */
  readonly osDiskSizeGb?: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Taints that AKS keeps on the nodes; kubectl cannot remove them. */
  readonly taints: readonly Taint[];
  readonly tags: Readonly<Record<string, string>>;
  /** Availability zones as numbers in text ('1'); none means that the pool is regional. */
  readonly zones?: readonly string[];
  /** Absent: regular priority. */
  readonly spot?: SpotPriority;
  /** Resource id of the subnet for nodes. */
  readonly vnetSubnetId?: string;
  /** Resource id of the subnet for pods. */
  readonly podSubnetId?: string;
}

/**
 * Maps our spec to the body of PUT agentPools. Pure; what is not asked for is left out, so that AKS applies its own default.
 * Always a Linux user pool on a scale set: only those take GPUs, zones and spot together.
 */
export function toSdkAgentPool(spec: AgentPoolSpec): SdkAgentPool {
  return {
    typePropertiesType: 'VirtualMachineScaleSets',
    mode: 'User',
    osType: 'Linux',
    osSKU: spec.osSku,
    vmSize: spec.vmSize,
    count: spec.count,
    nodeLabels: { ...spec.labels },
    nodeTaints: spec.taints.map(formatTaint),
    tags: { ...spec.tags },
    ...(spec.osDiskSizeGb === undefined ? {} : { osDiskSizeGB: spec.osDiskSizeGb }),
    ...(spec.zones?.length ? { availabilityZones: [...spec.zones] } : {}),
    ...(spec.spot ? spotFields(spec.spot) : {}),
    ...(spec.vnetSubnetId ? { vnetSubnetID: spec.vnetSubnetId } : {}),
    ...(spec.podSubnetId ? { podSubnetID: spec.podSubnetId } : {}),
  };
}

function spotFields(spot: SpotPriority): Partial<SdkAgentPool> {
  return { scaleSetPriority: 'Spot', scaleSetEvictionPolicy: 'Delete', spotMaxPrice: spot.maxPrice };
}
