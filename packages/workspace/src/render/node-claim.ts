import {
  annotations,
  kaitoNodeClasses,
  kaitoNodePoolName,
  labels,
  nodeClaims,
  taints,
  type NodeClaim,
  type Workspace,
} from '@kaito/crds';
import { apiVersionOf } from '@kaito/kube';
import type { Plan, PlannedNodes } from '@kaito/planner';
import { isForGpus } from '../nodes/for-gpus.ts';
import { gpuResource } from '../nodes/node-progress.ts';
import { azureNodeClassGroup, kaitoNodeClassRef, type NodeClassRef } from './node-class.ts';
import { ownershipLabels } from './ownership.ts';

const defaultImageFamily = 'ubuntu';
type Requirements = NodeClaim['spec']['requirements'];

/**
 * The NodeClaim for one node of a workspace, as KAITO fills it for gpu-provisioner.
 *
 * `expireAfter` is Never: the API server would fill in 720 hours, and a provisioner that keeps to it would recycle a serving node
 * every month.
 *
 * For another class, the claim says what Karpenter goes by: the capacity type, since Karpenter prefers spot where nothing is said, and
 * the GPUs, since it takes a node for initialized only when what was requested is there. The disk is left to the class, because
 * `storage` is no resource of Karpenter's instance types and none of them would fit.
 *
 * @param name name of the claim; it becomes the name of the agent pool
 */
export function renderNodeClaim(
  workspace: Workspace,
  plan: Plan,
  name: string,
  nodeClass: NodeClassRef = kaitoNodeClassRef,
): NodeClaim {
  const { nodes } = plan;
  const isKaito = nodeClass.group === kaitoNodeClasses.group;
  return {
    apiVersion: apiVersionOf(nodeClaims),
    kind: nodeClaims.kind,
    metadata: {
      name,
      labels: { ...nodes.labels, ...ownershipLabels(workspace), [labels.nodePool]: kaitoNodePoolName },
      annotations: {
        [annotations.doNotDisrupt]: 'true',
        [annotations.nodeImageFamily]: nodes.imageFamily ?? defaultImageFamily,
      },
    },
    spec: {
      nodeClassRef: { ...nodeClass },
      expireAfter: 'Never',
      requirements: [
        ...commonRequirements(nodes),
        ...(isKaito ? kaitoRequirements(nodes) : foreignRequirements(nodes, nodeClass)),
      ],
      ...(isForGpus(plan) && { taints: [taints.gpu] }),
      ...resourcesOf(nodes, isKaito),
    },
  };
}

function commonRequirements({ instanceType }: PlannedNodes): Requirements {
  return [
    { key: labels.nodePool, operator: 'In', values: [kaitoNodePoolName] },
    { key: labels.instanceType, operator: 'In', values: [instanceType] },
    { key: labels.os, operator: 'In', values: ['linux'] },
  ];
}

function kaitoRequirements({ instanceType, capacityType }: PlannedNodes): Requirements {
  return [
    { key: labels.azureSkuName, operator: 'In', values: [instanceType] },
    ...(capacityType === 'spot' ? [{ key: labels.capacityType, operator: 'In', values: ['spot'] } as const] : []),
  ];
}

/** The key of Azure's provider would keep the claim from every instance type of another provider. */
function foreignRequirements({ instanceType, capacityType }: PlannedNodes, { group }: NodeClassRef): Requirements {
  const azure = { key: labels.azureSkuName, operator: 'In', values: [instanceType] } as const;
  return [
    ...(group === azureNodeClassGroup ? [azure] : []),
    { key: labels.capacityType, operator: 'In', values: [capacityType] },
  ];
}

function resourcesOf({ diskGiB, gpus }: PlannedNodes, isKaito: boolean): Pick<NodeClaim['spec'], 'resources'> {
  if (isKaito) return { resources: { requests: { storage: `${diskGiB}Gi` } } };
  return gpus > 0 ? { resources: { requests: { [gpuResource]: String(gpus) } } } : {};
}
