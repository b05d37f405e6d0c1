import { labels, type Machine } from '@kaito/crds';
import type { Node, Pod } from '@kaito/kube';
import type { CapacityType, Plan, PlannedNodes } from '@kaito/planner';
import { aGpuNode, aMachine, aNodeClaim, aPod, type Overrides } from '@kaito/testing';
import { machineKind, nodeClaimKind } from '../claims/claim-kind.ts';
import { readClaim, type Claim } from '../claims/claim.ts';
import type { NodeTie, ObservedNode } from '../observed.ts';
import { someone } from '../observed.test-data.ts';
import { nodePoolName } from '../render/node-pool.ts';
import { aTemplatePlan } from '../render/plans.test-data.ts';

export const small = 'Standard_NC6s_v3';
export const large = 'Standard_NC12s_v3';
export const time = '2026-01-01T00:00:00Z';
export const now = Date.parse(time);

/** A template plan, which is the least there can be, for nodes of the small size. */
export function aPlan(nodes?: Overrides<PlannedNodes>, rung = 0): Plan {
  const plan = aTemplatePlan({ rung, nodes: { instanceType: small, count: 1, diskGiB: 50, ...nodes } });
  return { ...plan, replicas: plan.nodes.count };
}

/** A Machine's claim that was just made. */
export function aClaim(name: string, change: Partial<Claim> = {}): Claim {
  const machine: Overrides<Machine> = { metadata: { name, uid: `uid of ${name}`, creationTimestamp: time } };
  return { ...readClaim(machineKind, aMachine(machine)), ...change };
}

/** A claim that Karpenter made for the pool of a workspace. */
export function aPooledClaim(name: string, change: Partial<Claim> = {}): Claim {
  const metadata = { name, uid: `uid of ${name}`, labels: { [labels.nodePool]: nodePoolName(someone()) } };
  return { ...readClaim(nodeClaimKind, aNodeClaim({ metadata })), ...change };
}

/** What makes a claim one whose node can be used. */
export function withNode(nodeName: string): Partial<Claim> {
  return { nodeName, ready: true, launchedAt: time, registeredAt: time, initializedAt: time };
}

export interface NodeShape {
  readonly instanceType?: string;
  readonly ready?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly since?: string;
}

/** A ready node with one GPU. */
export function aReadyNode(name: string, shape: NodeShape = {}): Node {
  const { instanceType = small, ready = true, since = time } = shape;
  const status = ready ? 'True' : 'False';
  return aGpuNode('pool', {
    metadata: {
      name,
      uid: `uid of ${name}`,
      resourceVersion: '1',
      labels: { [labels.instanceType]: instanceType, apps: 'a-workspace', ...shape.labels },
      annotations: shape.annotations,
    },
    status: { conditions: [{ type: 'Ready', status, lastTransitionTime: since }] },
  });
}

export function seen(node: Node, tie: NodeTie): ObservedNode {
  return { node, tie };
}

/** A running pod of the workspace. */
export function aPodOn(nodeName: string, ordinal = 0): Pod {
  return aPod({
    metadata: { name: `a-workspace-${ordinal}`, labels: { [labels.workspace]: 'a-workspace' } },
    spec: { nodeName },
    status: { phase: 'Running' },
  });
}

export function sized(
  instanceType: string,
  capacityType: CapacityType = 'on-demand',
): Pick<Claim, 'instanceType' | 'capacityType'> {
  return { instanceType, capacityType };
}
