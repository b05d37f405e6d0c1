import {
  machineConditions,
  machines,
  nodeClaimConditions,
  nodeClaims,
  workspaceConditions,
  type Machine,
  type NodeClaim,
  type Workspace,
} from '@kaito/crds';
import type { Resource } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { renderMachine } from '../render/machine.ts';
import type { NodeClassRef } from '../render/node-class.ts';
import { renderNodeClaim } from '../render/node-claim.ts';

/** Either kind of claim. */
export type ClaimObject = Machine | NodeClaim;

/** What differs between the kinds by which a node can be asked for. */
export interface ClaimKind {
  /** As it is chosen in the configuration. */
  readonly option: 'machine' | 'nodeclaim';
  readonly resource: Resource;
  /** The condition of the workspace that tells about its claims of this kind. */
  readonly workspaceCondition: string;
  readonly readyReason: string;
  readonly notReadyReason: string;
  /** The conditions that a claim of this kind passes through, in order. */
  readonly lifecycle: readonly [launched: string, registered: string, initialized: string];
  /** @param nodeClass for kinds that name one; gpu-provisioner's when absent */
  render(workspace: Workspace, plan: Plan, name: string, nodeClass?: NodeClassRef): ClaimObject;
}

export const machineKind: ClaimKind = {
  option: 'machine',
  resource: machines,
  workspaceCondition: workspaceConditions.machineReady,
  readyReason: 'MachinesReady',
  notReadyReason: 'MachineNotReady',
  lifecycle: [machineConditions.launched, machineConditions.registered, machineConditions.initialized],
  render: renderMachine,
};

export const nodeClaimKind: ClaimKind = {
  option: 'nodeclaim',
  resource: nodeClaims,
  workspaceCondition: workspaceConditions.nodeClaimReady,
  readyReason: 'NodeClaimsReady',
  notReadyReason: 'NodeClaimNotReady',
  lifecycle: [nodeClaimConditions.launched, nodeClaimConditions.registered, nodeClaimConditions.initialized],
  render: renderNodeClaim,
};

export const claimKinds: readonly ClaimKind[] = [machineKind, nodeClaimKind];
