/** Annotations that our controllers read or write, by what they say. */
export const annotations = {
  /** `"True"`, in exactly this spelling, makes the inference service a load balancer (KAITO). */
  enableLoadBalancer: 'kaito.sh/enablelb',
  /** The inference runtime: `vllm` or `transformers` (KAITO). */
  runtime: 'kaito.sh/runtime',
  /** Its presence turns a refusal for too little GPU memory into a warning (KAITO). */
  bypassResourceChecks: 'kaito.sh/bypass-resource-checks',
  /** The OS of the nodes: `ubuntu` or `azurelinux`; copied from the workspace to its claims (KAITO). */
  nodeImageFamily: 'kaito.sh/node-image-family',
  nodeClassName: 'kaito.sh/node-class-name',
  /** On a claim: tags for its agent pool, `name=value,name=value`; beside those that the provisioner is configured with. */
  azureTags: 'kaito.sh/azure-tags',
  /** On a claim: resource ids of the subnets for its node and for the pods there, instead of the configured ones. */
  vnetSubnetId: 'kaito.sh/vnet-subnet-id',
  podSubnetId: 'kaito.sh/pod-subnet-id',
  /** On a claim: the most that a spot machine may cost, in US dollars an hour; -1, the default, is the on-demand price. */
  spotMaxPrice: 'kaito.sh/spot-max-price',
  disableBenchmark: 'kaito.sh/disable-benchmark',
  performanceMode: 'kaito.sh/performance-mode',
  useLocalWeights: 'kaito.sh/use-local-weights',
  /** `disabled` keeps a workspace from streaming its weights; the others say from where and how they are streamed (KAITO). */
  modelStreaming: 'kaito.sh/model-streaming',
  modelMirrorStorageClass: 'kaito.sh/model-mirror-storage-class',
  streamingServiceAccount: 'kaito.sh/streaming-service-account',
  staticModelMirror: 'inference.kaito.sh/static-model-mirror',
  streamDatarefsUrl: 'inference.kaito.sh/stream-datarefs-url',
  streamIdentityClientId: 'inference.kaito.sh/stream-identity-client-id',
  streamSourceType: 'inference.kaito.sh/stream-source-type',
  /** When the base image of a workspace began to be upgraded, RFC 3339 (KAITO). */
  upgradeStartTime: 'kaito.sh/upgrade-start-time',
  /** On a workspace with tuning: `true` keeps its nodes when the training has ended; else they are released. */
  keepNodes: 'kaito.sh/keep-nodes',
  /** On a node that was found, not made: `<namespace>/<name>` of the workspace that it is kept for. */
  reservedBy: 'kaito.sh/reserved-by',
  /** On a pod: the hash of the configuration that it was started with, so that another content makes another pod. */
  configHash: 'kaito.sh/config-hash',
  /** The revision of the workspace that a workload was made from, and the hash of that revision (KAITO). */
  workspaceRevision: 'workspace.kaito.io/revision',
  workspaceHash: 'workspace.kaito.io/hash',

  /** Keeps a node of a NodeClaim, or of a Machine, from voluntary disruption (Karpenter v1 and v1alpha5). */
  doNotDisrupt: 'karpenter.sh/do-not-disrupt',
  doNotEvict: 'karpenter.sh/do-not-evict',
  doNotConsolidate: 'karpenter.sh/do-not-consolidate',
  emptinessTimestamp: 'karpenter.sh/emptiness-timestamp',
  linked: 'karpenter.sh/linked',
  managedBy: 'karpenter.sh/managed-by',
  nodePoolHash: 'karpenter.sh/nodepool-hash',
  nodePoolHashVersion: 'karpenter.sh/nodepool-hash-version',
  /** When a deleted claim's grace period ends, RFC 3339 (Karpenter). */
  terminationTimestamp: 'karpenter.sh/nodeclaim-termination-timestamp',
  minValuesRelaxed: 'karpenter.sh/nodeclaim-min-values-relaxed',
} as const;

/** Finalizers of our controllers. */
export const finalizers = {
  /** On claims and on their nodes, until the machine is gone (Karpenter). */
  termination: 'karpenter.sh/termination',
  /** On a Workspace, until its claims are gone (KAITO). */
  workspace: 'workspace.finalizer.kaito.sh',
} as const;

/** Taints of the nodes that our controllers make. */
export const taints = {
  /** On every GPU node, so that only workloads that ask for GPUs land there (KAITO). */
  gpu: { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
  /** On a node that joined and has not been seen in yet (Karpenter). */
  unregistered: { key: 'karpenter.sh/unregistered', effect: 'NoExecute' },
  /** On a node that is going away (Karpenter). */
  disrupted: { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' },
} as const;
