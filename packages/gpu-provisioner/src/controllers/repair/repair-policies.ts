/** A condition of a node that calls for another machine when it lasts. */
export interface RepairPolicy {
  /** Type of the node condition. */
  readonly condition: string;
  readonly status: 'True' | 'False' | 'Unknown';
}

/**
 * What a node is replaced for. `Ready` as in Karpenter; `NodeHealthy` is what AKS reports of its own checks (AKS docs, node
 * health checks); the GPU conditions are those of the node problem detector of AKS (AKS docs, GPU health monitoring), which
 * are True when something is wrong. Not here: GPUClockThrottling, which passes, and UnhealthyNvidiaDCGMServices, which
 * measures GPUs and serves nobody: neither is worth ending a model that runs.
 */
export const repairPolicies: readonly RepairPolicy[] = [
  { condition: 'Ready', status: 'False' },
  { condition: 'Ready', status: 'Unknown' },
  { condition: 'kubernetes.azure.com/NodeHealthy', status: 'False' },
  { condition: 'GPUMissing', status: 'True' },
  { condition: 'XIDErrors', status: 'True' },
  { condition: 'NVLinkStatusInactive', status: 'True' },
  { condition: 'IBLinkFlapping', status: 'True' },
  { condition: 'UnhealthyNvidiaDevicePlugin', status: 'True' },
];
