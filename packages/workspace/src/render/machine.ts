import { annotations, kaitoProvisionerName, labels, machines, taints, type Machine, type Workspace } from '@kaito/crds';
import { apiVersionOf } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { isForGpus } from '../nodes/for-gpus.ts';
import { ownershipLabels } from './ownership.ts';

/**
 * The Machine for one node of a workspace, as KAITO v0.3 fills it, so that any provisioner made for KAITO serves it. Spot is asked
 * for only where the plan says so; without a word about it, machines are on demand.
 *
 * @param name name of the claim; it becomes the name of the agent pool
 */
export function renderMachine(workspace: Workspace, plan: Plan, name: string): Machine {
  const { nodes } = plan;
  const forGpus = isForGpus(plan);
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
        { key: labels.machineType, operator: 'In', values: [forGpus ? 'gpu' : 'cpu'] },
        { key: labels.arch, operator: 'In', values: ['amd64'] },
        { key: labels.os, operator: 'In', values: ['linux'] },
        ...(nodes.capacityType === 'spot' ? [{ key: labels.capacityType, operator: 'In', values: ['spot'] }] : []),
      ],
      ...(forGpus && { taints: [taints.gpu] }),
      resources: { requests: { storage: `${nodes.diskGiB}Gi` } },
    },
  };
}
