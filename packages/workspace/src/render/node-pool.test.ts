import { aWorkspace } from '@kaito/testing';
import { someone } from '../observed.test-data.ts';
import { aPlan } from '../provisioning/builders.test-data.ts';
import { aCpuPlan } from '../render/plans.test-data.ts';
import { nodePoolName, renderNodePool } from './node-pool.ts';

const phi3 = someone({ metadata: { name: 'phi-3' } });
const plan = aPlan({ labels: { apps: 'phi-3' } });
const azure = { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'image-family-ubuntu' };
const kwok = { group: 'karpenter.kwok.sh', kind: 'KWOKNodeClass', name: 'default' };

describe('nodePoolName', () => {
  it('is namespace and name, and fits a label however long they are', () => {
    expect(nodePoolName(phi3)).toBe('default-phi-3');
    const [b = '', c] = ['b', 'c'].map(end =>
      nodePoolName(aWorkspace({ metadata: { name: `${'a'.repeat(62)}${end}` } })),
    );
    expect(b).toMatch(/^default-a{45}-[0-9a-f]{9}$/);
    expect(c).not.toBe(b);
  });
});

describe('renderNodePool', () => {
  it('has no taint of GPU nodes for a model on CPUs', () => {
    const pool = renderNodePool(phi3, aCpuPlan(), { nodeClass: kwok, replicas: 1, holdDrift: false });
    expect(pool.spec?.template?.spec).not.toHaveProperty('taints');
  });

  it('gives the NodePool of KAITO, on demand and without an expiry', () => {
    const owner = {
      'karpenter.kaito.sh/workspace-name': 'phi-3',
      'karpenter.kaito.sh/workspace-namespace': 'default',
    };
    expect(renderNodePool(phi3, plan, { nodeClass: azure, replicas: 2, holdDrift: false })).toEqual({
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      metadata: { name: 'default-phi-3', labels: { 'karpenter.kaito.sh/managed-by': 'kaito', ...owner } },
      spec: {
        replicas: 2,
        template: {
          metadata: { labels: { apps: 'phi-3', ...owner } },
          spec: {
            nodeClassRef: azure,
            requirements: [
              { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC6s_v3'] },
              { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
              { key: 'karpenter.azure.com/placement-scope', operator: 'In', values: ['regional'] },
            ],
            taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
            expireAfter: 'Never',
          },
        },
        disruption: { consolidateAfter: '0s', budgets: [{ nodes: '1', reasons: ['Drifted'] }] },
      },
    });
  });

  it('says nothing of Azure to another provider, and holds drift while the workload has yet to move', () => {
    const { spec } = renderNodePool(phi3, plan, { nodeClass: kwok, replicas: 1, holdDrift: true });
    expect(JSON.stringify(spec)).not.toContain('azure');
    expect(spec?.disruption?.budgets).toEqual([{ nodes: '0', reasons: ['Drifted'] }]);
  });
});
