import { annotations, kaitoProvisionerName, labels, machines, taints, type Machine, type Workspace } from '@kaito/crds';
import { apiVersionOf } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { ownershipLabels } from './ownership.ts';

/**
 * The Machine for one node of a workspace, as KAITO v0.3 fills it, so that any provisioner made for KAITO serves it.
 *
 * @param name name of the claim; it becomes the name of the agent pool
 */
export function renderMachine(workspace: Workspace, plan: Plan, name: string): Machine {
  return {
    apiVersion: apiVersionOf(machines),
    kind: machines.kind,
    metadata: {
      name,
      labels: { ...plan.nodeLabels, ...ownershipLabels(workspace), [labels.provisionerName]: kaitoProvisionerName },
      ...(plan.nodeImageFamily && { annotations: { [annotations.nodeImageFamily]: plan.nodeImageFamily } }),
    },
    spec: {
      machineTemplateRef: { name },
      requirements: [
        { key: labels.instanceType, operator: 'In', values: [plan.instanceType] },
        { key: labels.provisionerName, operator: 'In', values: [kaitoProvisionerName] },
        { key: labels.machineType, operator: 'In', values: ['gpu'] },
        { key: labels.arch, operator: 'In', values: ['amd64'] },
        { key: labels.os, operator: 'In', values: ['linux'] },
      ],
      taints: [taints.gpu],
      resources: { requests: { storage: `${plan.diskGiB}Gi` } },
    },
  };
}
