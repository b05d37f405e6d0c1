import { labels, taints, type Requirement, type Workspace } from '@kaito/crds';
import type { KubeObject, Resource } from '@kaito/kube';
import type { Plan, PlannedNodes } from '@kaito/planner';
import { createHash } from 'node:crypto';
import { isForGpus } from '../nodes/for-gpus.ts';
import { azureNodeClassGroup, managedBy, type NodeClassRef } from './node-class.ts';
import { karpenterOwnershipLabels } from './ownership.ts';

/** A NodePool (karpenter.sh/v1), as far as a workspace fills and reads it. */
export interface NodePool extends KubeObject {
  readonly spec?: {
    /** A fixed number of nodes, whatever pods there are (Karpenter, feature gate StaticCapacity). */
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: {
        readonly nodeClassRef: NodeClassRef;
        readonly requirements: readonly Requirement[];
        readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
        readonly expireAfter?: string;
      };
    };
    readonly disruption?: {
      readonly consolidateAfter: string;
      readonly budgets?: readonly { readonly nodes: string; readonly reasons?: readonly string[] }[];
    };
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

export const nodePools: Resource<NodePool> = {
  group: 'karpenter.sh',
  version: 'v1',
  plural: 'nodepools',
  kind: 'NodePool',
  namespaced: false,
};

/** The name of a pool becomes the value of a label (Kubernetes docs, labels and selectors). */
const maxNameLength = 63;
const hashDigits = 9;
/** Azure's Karpenter is asked for machines of the region rather than of a zone: GPU sizes often fail in every zone (KAITO). */
const placementScope = { key: `${azureNodeClassGroup}/placement-scope`, operator: 'In', values: ['regional'] };

/** The name of a workspace's NodePool: `<namespace>-<name>`, cut and told apart by a hash where that is too long (KAITO). */
export function nodePoolName({ metadata }: Workspace): string {
  const full = `${metadata.namespace}-${metadata.name}`;
  if (full.length <= maxNameLength) return full;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, hashDigits);
  return `${full.slice(0, maxNameLength - 1 - hashDigits)}-${hash}`;
}

/** What of a pool is not in the plan. */
export interface PoolShape {
  readonly nodeClass: NodeClassRef;
  readonly replicas: number;
  /** Karpenter must not replace drifted nodes by itself: the workload is about to move, in an order of ours. */
  readonly holdDrift: boolean;
}

/**
 * The NodePool of a workspace, as KAITO fills it. `replicas` fixes the number of nodes. The capacity type is always said, because
 * Karpenter prefers spot where it is not, and `expireAfter` is Never, because the default of 720 hours would recycle serving nodes.
 */
export function renderNodePool(workspace: Workspace, plan: Plan, shape: PoolShape): NodePool {
  const { nodes } = plan;
  const owner = karpenterOwnershipLabels(workspace);
  return {
    apiVersion: `${nodePools.group}/${nodePools.version}`,
    kind: nodePools.kind,
    metadata: { name: nodePoolName(workspace), labels: { [labels.karpenterManagedBy]: managedBy, ...owner } },
    spec: {
      replicas: shape.replicas,
      template: {
        metadata: { labels: { ...nodes.labels, ...owner } },
        spec: {
          nodeClassRef: { ...shape.nodeClass },
          requirements: requirementsOf(nodes, shape.nodeClass),
          ...(isForGpus(plan) && { taints: [taints.gpu] }),
          expireAfter: 'Never',
        },
      },
      disruption: {
        consolidateAfter: '0s',
        budgets: [{ nodes: shape.holdDrift ? '0' : '1', reasons: ['Drifted'] }],
      },
    },
  };
}

function requirementsOf({ instanceType, capacityType }: PlannedNodes, { group }: NodeClassRef): readonly Requirement[] {
  return [
    { key: labels.instanceType, operator: 'In', values: [instanceType] },
    { key: labels.capacityType, operator: 'In', values: [capacityType] },
    ...(group === azureNodeClassGroup ? [placementScope] : []),
  ];
}
