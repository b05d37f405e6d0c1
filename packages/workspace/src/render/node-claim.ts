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
import type { Plan } from '@kaito/planner';
import { ownershipLabels } from './ownership.ts';

const nodeClass = 'default';
const defaultImageFamily = 'ubuntu';

/**
 * The NodeClaim for one node of a workspace, as KAITO fills it for gpu-provisioner.
 *
 * `expireAfter` is Never: the API server would fill in 720 hours, and a provisioner that keeps to it would recycle a serving node
 * every month.
 *
 * @param name name of the claim; it becomes the name of the agent pool
 */
export function renderNodeClaim(workspace: Workspace, plan: Plan, name: string): NodeClaim {
  return {
    apiVersion: apiVersionOf(nodeClaims),
    kind: nodeClaims.kind,
    metadata: {
      name,
      labels: { ...plan.nodeLabels, ...ownershipLabels(workspace), [labels.nodePool]: kaitoNodePoolName },
      annotations: {
        [annotations.doNotDisrupt]: 'true',
        [annotations.nodeImageFamily]: plan.nodeImageFamily ?? defaultImageFamily,
      },
    },
    spec: {
      nodeClassRef: { group: kaitoNodeClasses.group, kind: kaitoNodeClasses.kind, name: nodeClass },
      expireAfter: 'Never',
      requirements: [
        { key: labels.nodePool, operator: 'In', values: [kaitoNodePoolName] },
        { key: labels.instanceType, operator: 'In', values: [plan.instanceType] },
        { key: labels.os, operator: 'In', values: ['linux'] },
        { key: labels.azureSkuName, operator: 'In', values: [plan.instanceType] },
      ],
      taints: [taints.gpu],
      resources: { requests: { storage: `${plan.diskGiB}Gi` } },
    },
  };
}
