/** Labels that our controllers read or write, by what they say. */
export const labels = {
  /** The Workspace that owns a claim, node, pod or service (KAITO). */
  workspace: 'kaito.sh/workspace',
  workspaceNamespace: 'kaito.sh/workspacenamespace',
  /** The RAGEngine that owns it; claims that carry this are served like those of a workspace (KAITO). */
  ragEngine: 'kaito.sh/ragengine',
  ragEngineNamespace: 'kaito.sh/ragenginenamespace',
  /** The Workspace of a ControllerRevision (KAITO). */
  revisionOf: 'workspace.kaito.io/name',
  /** The fleet that made a workspace, and its part in it: `prefill` or `decode`; copied to its pods (KAITO). */
  inferenceSetCreatedBy: 'inferenceset.kaito.sh/created-by',
  multiRoleInferenceCreatedBy: 'multiroleinference.kaito.sh/created-by',
  inferenceRole: 'kaito.sh/inference-role',
  /** The tag of the base image that a workspace is asked to move to (KAITO). */
  upgradeToVersion: 'kaito.sh/upgrade-to-version',
  /** `gpu` or `cpu`, by the size of the machine (gpu-provisioner). */
  machineType: 'kaito.sh/machine-type',
  /** When the claim of a pool was made, as `YYYY-MM-DDTHH-MM-SSZ`, which is a legal label value (gpu-provisioner). */
  creationTimestamp: 'kaito.sh/creation-timestamp',
  /** The node class of a claim: `<group>/<kind in lower case>` (Karpenter). */
  kaitoNodeClass: 'kaito.sh/kaitonodeclass',

  /** The Provisioner of a Machine; the NodePool of a NodeClaim (Karpenter v1alpha5 and v1). */
  provisionerName: 'karpenter.sh/provisioner-name',
  nodePool: 'karpenter.sh/nodepool',
  /** `"true"` once the node was seen in; once it can take pods (Karpenter). */
  registered: 'karpenter.sh/registered',
  initialized: 'karpenter.sh/initialized',
  /** `on-demand` or `spot` (Karpenter). */
  capacityType: 'karpenter.sh/capacity-type',
  /** `"true"` on a node keeps the provisioner from syncing the claim's taints to it (Karpenter). */
  doNotSyncTaints: 'karpenter.sh/do-not-sync-taints',
  /** The Azure VM size, as Karpenter's Azure provider names it. */
  azureSkuName: 'karpenter.azure.com/sku-name',

  /** The node pool of an AKS node, under its old and its new key (AKS docs, reserved labels). */
  agentPool: 'agentpool',
  aksAgentPool: 'kubernetes.azure.com/agentpool',

  /** Well-known labels of Kubernetes nodes (Kubernetes docs, well-known labels). */
  instanceType: 'node.kubernetes.io/instance-type',
  arch: 'kubernetes.io/arch',
  os: 'kubernetes.io/os',
  hostname: 'kubernetes.io/hostname',
  zone: 'topology.kubernetes.io/zone',
  region: 'topology.kubernetes.io/region',
  excludeFromLoadBalancers: 'node.kubernetes.io/exclude-from-external-load-balancers',
  /** The ordinal of a pod in its StatefulSet, and its name (Kubernetes docs, StatefulSet pod labels). */
  podIndex: 'apps.kubernetes.io/pod-index',
  podName: 'statefulset.kubernetes.io/pod-name',
  /** What GPUs a node has: model, how many, MiB of each, compute capability, slices (NVIDIA GPU feature discovery). */
  gpuProduct: 'nvidia.com/gpu.product',
  gpuCount: 'nvidia.com/gpu.count',
  gpuMemory: 'nvidia.com/gpu.memory',
  cudaComputeMajor: 'nvidia.com/cuda.compute.major',
  cudaComputeMinor: 'nvidia.com/cuda.compute.minor',
  migConfig: 'nvidia.com/mig.config',
  migConfigState: 'nvidia.com/mig.config.state',
  /** `nvidia` on GPU nodes (KAITO). */
  accelerator: 'accelerator',

  /** The workspace behind a Karpenter NodePool and its nodes (KAITO on Karpenter). */
  karpenterWorkspaceName: 'karpenter.kaito.sh/workspace-name',
  karpenterWorkspaceNamespace: 'karpenter.kaito.sh/workspace-namespace',
  karpenterInferenceSet: 'karpenter.kaito.sh/inferenceset',
  karpenterInferenceSetNamespace: 'karpenter.kaito.sh/inferenceset-namespace',
  karpenterManagedBy: 'karpenter.kaito.sh/managed-by',
  /** `"true"` on the NodeClass that workspaces use unless they name another (KAITO on Karpenter). */
  karpenterDefault: 'karpenter.kaito.sh/default',
} as const;

/**
 * Labels by which KAITO tells whose node it is. A user's label selector may name them, but they are ignored there: they would
 * select another workspace's nodes. A selector that names nothing else is refused.
 */
export const reservedSelectorLabels: readonly string[] = [
  labels.workspace,
  labels.workspaceNamespace,
  labels.ragEngine,
  labels.ragEngineNamespace,
  labels.karpenterWorkspaceName,
  labels.karpenterWorkspaceNamespace,
  labels.karpenterInferenceSet,
  labels.karpenterInferenceSetNamespace,
];

/** The match labels of a workspace's selector that count: without the reserved ones. */
export function selectableLabels(
  matchLabels: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(matchLabels ?? {}).filter(([key]) => !reservedSelectorLabels.includes(key)));
}
