import { labels } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import { override, type Overrides } from './override.ts';

/** A CPU node that kwok plays. It is not Ready: in a stack with kwok it becomes so, in others it stays as it is. */
export function aNode(overrides?: Overrides<Node>): Node {
  const resources = { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '128Gi' };
  const base: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'a-node',
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: { [labels.os]: 'linux', [labels.arch]: 'amd64', [labels.hostname]: 'a-node' },
    },
    spec: {},
    status: { capacity: resources, allocatable: resources },
  };
  return override(base, overrides);
}

/** A node of an agent pool, as AKS names and labels it, with one GPU. */
export function aGpuNode(pool: string, overrides?: Overrides<Node>): Node {
  const name = `aks-${pool}-12345678-vmss000000`;
  const group = 'MC_a-group_a-cluster_eastus';
  const scaleSet = `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachineScaleSets`;
  const resources = { cpu: '6', memory: '112Gi', 'nvidia.com/gpu': '1' };
  const base = aNode({
    metadata: {
      name,
      labels: {
        [labels.agentPool]: pool,
        [labels.aksAgentPool]: pool,
        [labels.hostname]: name,
        [labels.instanceType]: 'Standard_NC6s_v3',
        [labels.accelerator]: 'nvidia',
      },
    },
    spec: { providerID: `azure://${scaleSet}/aks-${pool}-12345678-vmss/virtualMachines/0` },
    status: { capacity: resources, allocatable: resources },
  });
  return override(base, overrides);
}
