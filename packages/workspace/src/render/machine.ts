import { annotations, kaitoProvisionerName, labels, machines, taints, type Machine, type Workspace } from '@kaito/crds';
import { apiVersionOf } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { ownershipLabels } from './ownership.ts';

/**
 * The Machine for one node of a workspace, as KAITO v0.3 fills it, so that any provisioner made for KAITO serves it. Spot is asked
 * for only where the plan says so; without a word about it, machines are on demand.
 *
 * @param name name of the claim; it becomes the name of the agent pool
 */
export function renderMachine(workspace: Workspace, { nodes }: Plan, name: string): Machine {
  return {
    apiVersion: apiVersionOf(machines),
    kind: machines.kind,
    metadata: {
      name,
      labels: { ...nodes.labels, ...ownershipLabels(workspace), [labels.provisionerName]: kaitoProvisionerName },
      ...(nodes.imageFamily && { annotations: { [annotations.nodeImageFamily]: nodes.imageFamily } }),
    },
    spec: {
      machineTemplateRef: { name },
      requirements: [
        { key: labels.instanceType, operator: 'In', values: [nodes.instanceType] },
        { key: labels.provisionerName, operator: 'In', values: [kaitoProvisionerName] },
        { key: labels.machineType, operator: 'In', values: ['gpu'] },
        { key: labels.arch, operator: 'In', values: ['amd64'] },
        { key: labels.os, operator: 'In', values: ['linux'] },
        ...(nodes.capacityType === 'spot' ? [{ key: labels.capacityType, operator: 'In', values: ['spot'] }] : []),
      ],
      taints: [taints.gpu],
      resources: { requests: { storage: `${nodes.diskGiB}Gi` } },
    },
  };
}
