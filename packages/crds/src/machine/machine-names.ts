/** Condition types of a Machine (Karpenter v1alpha5). `Ready` is True when the first three are. */
export const machineConditions = {
  ready: 'Ready',
  launched: 'MachineLaunched',
  registered: 'MachineRegistered',
  initialized: 'MachineInitialized',
  drifted: 'MachineDrifted',
  empty: 'MachineEmpty',
  expired: 'MachineExpired',
} as const;
export type MachineConditionType = (typeof machineConditions)[keyof typeof machineConditions];

/** Reasons of a Machine's conditions. In this dialect what is not there yet is False (Karpenter v1alpha5). */
export const machineReasons = {
  launchFailed: 'LaunchFailed',
  linkFailed: 'LinkFailed',
  notLaunched: 'MachineNotLaunched',
  nodeNotFound: 'NodeNotFound',
  multipleNodesFound: 'MultipleNodesFound',
  nodeNotReady: 'NodeNotReady',
  startupTaintsExist: 'StartupTaintsExist',
  ephemeralTaintsExist: 'KnownEphemeralTaintsExist',
  resourceNotRegistered: 'ResourceNotRegistered',
} as const;
