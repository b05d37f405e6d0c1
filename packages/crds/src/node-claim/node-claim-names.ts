/** Condition types of a NodeClaim (Karpenter v1). `Ready` is True when Launched, Registered and Initialized are. */
export const nodeClaimConditions = {
  ready: 'Ready',
  launched: 'Launched',
  registered: 'Registered',
  initialized: 'Initialized',
  drained: 'Drained',
  volumesDetached: 'VolumesDetached',
  instanceTerminating: 'InstanceTerminating',
  drifted: 'Drifted',
  consolidatable: 'Consolidatable',
  consistentStateFound: 'ConsistentStateFound',
  disruptionReason: 'DisruptionReason',
} as const;
export type NodeClaimConditionType = (typeof nodeClaimConditions)[keyof typeof nodeClaimConditions];

/** Reasons of a NodeClaim's conditions. In this dialect what is not there yet is Unknown (Karpenter v1). */
export const nodeClaimReasons = {
  /** Of every condition that nobody has looked at yet; its message is `object is awaiting reconciliation`. */
  awaitingReconciliation: 'AwaitingReconciliation',
  /** Of `Ready`: one of the others is False; or is not True yet. */
  unhealthyDependents: 'UnhealthyDependents',
  reconcilingDependents: 'ReconcilingDependents',
  launchFailed: 'LaunchFailed',
  nodeNotFound: 'NodeNotFound',
  multipleNodesFound: 'MultipleNodesFound',
  nodeNotReady: 'NodeNotReady',
  startupTaintsExist: 'StartupTaintsExist',
  ephemeralTaintsExist: 'KnownEphemeralTaintsExist',
  resourceNotRegistered: 'ResourceNotRegistered',
  draining: 'Draining',
  awaitingVolumeDetachment: 'AwaitingVolumeDetachment',
  terminationGracePeriodElapsed: 'TerminationGracePeriodElapsed',
} as const;
