import { labels, type NodeClaim } from '@kaito/crds';
import { override, type Overrides } from './override.ts';

/** A NodeClaim as the workspace controller makes one for a preset on `Standard_NC6s_v3`. */
export function aNodeClaim(overrides?: Overrides<NodeClaim>): NodeClaim {
  const base: NodeClaim = {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: {
      name: 'wc1a2b3c4d5',
      labels: {
        [labels.nodePool]: 'kaito',
        [labels.workspace]: 'a-workspace',
        [labels.workspaceNamespace]: 'default',
        apps: 'a-workspace',
      },
    },
    spec: {
      nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
      requirements: [
        { key: labels.nodePool, operator: 'In', values: ['kaito'] },
        { key: labels.instanceType, operator: 'In', values: ['Standard_NC6s_v3'] },
        { key: labels.os, operator: 'In', values: ['linux'] },
      ],
      resources: { requests: { storage: '50Gi' } },
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
    },
  };
  return override(base, overrides);
}
