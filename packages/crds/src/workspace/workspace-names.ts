/** Condition types of a Workspace (KAITO; `MachineReady` and `WorkspaceReady` as of v0.3, the others as of v0.12). */
export const workspaceConditions = {
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

/** Reasons of a Workspace's conditions (KAITO v0.12). */
export const workspaceReasons = {
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
  containerOomKilled: 'ContainerOOMKilled',
  imagePullError: 'ImagePullError',
  containerStartError: 'ContainerStartError',
  containerCrashLoopBackOff: 'ContainerCrashLoopBackOff',
  nodeDiskPressure: 'NodeDiskPressure',
  nodeMemoryPressure: 'NodeMemoryPressure',
  podEvicted: 'PodEvicted',
  unschedulable: 'Unschedulable',
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
