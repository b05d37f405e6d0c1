/** Condition types of a Workspace (KAITO; `MachineReady` and `WorkspaceReady` as of v0.3, `Planned` ours, the others as of v0.12). */
export const workspaceConditions = {
  /** Whether the workspace can run as it is written, and on which nodes. */
  planned: 'Planned',
  machineReady: 'MachineReady',
  nodeClaimReady: 'NodeClaimReady',
  nodesReady: 'NodesReady',
  resourceReady: 'ResourceReady',
  inferenceReady: 'InferenceReady',
  jobStarted: 'JobStarted',
  benchmarkCompleted: 'BenchmarkCompleted',
  modelMirrorReady: 'ModelMirrorReady',
  ready: 'WorkspaceReady',
  succeeded: 'WorkspaceSucceeded',
  deleting: 'WorkspaceDeleting',
} as const;
export type WorkspaceConditionType = (typeof workspaceConditions)[keyof typeof workspaceConditions];

/** Reasons of a Workspace's conditions (KAITO v0.12; the first two ours). When `Planned` is False, its reason is the code of the problem. */
export const workspaceReasons = {
  planned: 'Planned',
  /** The model is being looked up at Hugging Face. */
  modelLookupPending: 'ModelLookupPending',
  nodesReady: 'NodesReady',
  nodeNotReady: 'NodeNotReady',
  nodePluginsNotReady: 'NodePluginsNotReady',
  nodeClaimsReady: 'NodeClaimsReady',
  nodeClaimNotReady: 'NodeClaimNotReady',
  awaitingReconciliation: 'AwaitingReconciliation',
  resourceReady: 'workspaceResourceStatusSuccess',
  resourceNotReady: 'workspaceResourceStatusNotReady',
  inferenceReady: 'WorkspaceInferenceStatusSuccess',
  inferencePending: 'WorkspaceInferenceStatusPending',
  modelMirrorReady: 'ModelMirrorReady',
  modelMirrorPending: 'ModelMirrorPending',
  modelMirrorNotReady: 'ModelMirrorNotReady',
  sasTokenFetchFailed: 'SASTokenFetchFailed',
  containerOomKilled: 'ContainerOOMKilled',
  imagePullError: 'ImagePullError',
  containerStartError: 'ContainerStartError',
  containerCrashLoopBackOff: 'ContainerCrashLoopBackOff',
  nodeDiskPressure: 'NodeDiskPressure',
  nodeMemoryPressure: 'NodeMemoryPressure',
  podEvicted: 'PodEvicted',
  unschedulable: 'Unschedulable',
  adapterFailed: 'AdapterFailed',
  tuningStarted: 'WorkspaceTuningJobStatusStarted',
  tuningPending: 'WorkspaceTuningJobStatusPending',
  tuningFailed: 'WorkspaceTuningJobStatusFailed',
  benchmarkCompleted: 'BenchmarkCompleted',
  benchmarkFailed: 'BenchmarkFailed',
  succeeded: 'workspaceSucceeded',
  pending: 'workspacePending',
  failed: 'workspaceFailed',
  deleted: 'workspaceDeleted',
} as const;

/** Values of `status.state`: Pending, Ready, NotReady for inference; Pending, Running, Succeeded, Failed for tuning (KAITO v0.9). */
export const workspaceStates = ['Pending', 'Ready', 'NotReady', 'Running', 'Succeeded', 'Failed'] as const;
export type WorkspaceState = (typeof workspaceStates)[number];
