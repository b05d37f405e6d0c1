import { labels, type Machine } from '@kaito/crds';
import { override, type Overrides } from './override.ts';

/** A Machine as the workspace controller makes one for a preset on `Standard_NC6s_v3`. */
export function aMachine(overrides?: Overrides<Machine>): Machine {
  const base: Machine = {
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: {
      name: 'ws1a2b3c4d5',
      labels: {
        [labels.provisionerName]: 'default',
        [labels.workspace]: 'a-workspace',
        [labels.workspaceNamespace]: 'default',
        apps: 'a-workspace',
      },
    },
    spec: {
      machineTemplateRef: { name: 'a-workspace' },
      requirements: [
        { key: labels.instanceType, operator: 'In', values: ['Standard_NC6s_v3'] },
        { key: labels.provisionerName, operator: 'In', values: ['default'] },
        { key: labels.os, operator: 'In', values: ['linux'] },
        { key: labels.arch, operator: 'In', values: ['amd64'] },
      ],
      resources: { requests: { storage: '50Gi' } },
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
    },
  };
  return override(base, overrides);
}
