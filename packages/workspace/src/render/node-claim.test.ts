import { someone } from '../observed.test-data.ts';
import { aPlan } from '../provisioning/builders.test-data.ts';
import { aCpuPlan } from './plans.test-data.ts';
import { renderNodeClaim } from './node-claim.ts';

const phi3 = someone({ metadata: { name: 'workspace-phi-3-mini' } });
const plan = aPlan({ labels: { apps: 'phi-3' } });
const kwok = { group: 'karpenter.kwok.sh', kind: 'KWOKNodeClass', name: 'default' };
const azure = { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'default' };

const keysOf = (claim: ReturnType<typeof renderNodeClaim>): readonly string[] =>
  claim.spec.requirements.map(({ key }) => key);

describe('renderNodeClaim', () => {
  it('gives the NodeClaim of KAITO for gpu-provisioner', () => {
    expect(renderNodeClaim(phi3, plan, 'ws1a2b3c4d5')).toEqual({
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodeClaim',
      metadata: {
        name: 'ws1a2b3c4d5',
        labels: {
          apps: 'phi-3',
          'kaito.sh/workspace': 'workspace-phi-3-mini',
          'kaito.sh/workspacenamespace': 'default',
          'karpenter.sh/nodepool': 'kaito',
        },
        annotations: { 'kaito.sh/node-image-family': 'ubuntu', 'karpenter.sh/do-not-disrupt': 'true' },
      },
      spec: {
        nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
        expireAfter: 'Never',
        requirements: [
          { key: 'karpenter.sh/nodepool', operator: 'In', values: ['kaito'] },
          { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC6s_v3'] },
          { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
          { key: 'karpenter.azure.com/sku-name', operator: 'In', values: ['Standard_NC6s_v3'] },
        ],
        taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
        resources: { requests: { storage: '50Gi' } },
      },
    });
  });

  it('asks no provisioner for GPUs, nor for their taint, for a model on CPUs', () => {
    for (const nodeClass of [undefined, kwok, azure]) {
      const claim = renderNodeClaim(phi3, aCpuPlan(), 'ws1', nodeClass);
      expect(claim.spec).not.toHaveProperty('taints');
      expect(JSON.stringify(claim)).not.toMatch(/gpu/i);
    }
  });

  it('asks gpu-provisioner for spot only where the plan does', () => {
    const spot = { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] };
    expect(renderNodeClaim(phi3, plan, 'ws1').spec.requirements).not.toContainEqual(spot);
    expect(renderNodeClaim(phi3, aPlan({ capacityType: 'spot' }), 'ws1').spec.requirements).toContainEqual(spot);
  });

  it('says for Karpenter what Karpenter goes by, and nothing that none of its instance types has', () => {
    const claim = renderNodeClaim(phi3, plan, 'ws1', kwok);
    expect(claim.spec.nodeClassRef).toEqual(kwok);
    expect(claim.spec.requirements).toContainEqual({
      key: 'karpenter.sh/capacity-type',
      operator: 'In',
      values: ['on-demand'],
    });
    expect(keysOf(claim)).not.toContain('karpenter.azure.com/sku-name');
    expect(claim.spec.resources).toEqual({ requests: { 'nvidia.com/gpu': '1' } });
  });

  it('names the VM size by the key of Azure for its classes only', () => {
    expect(keysOf(renderNodeClaim(phi3, plan, 'ws1', azure))).toContain('karpenter.azure.com/sku-name');
  });

  it('requests nothing from Karpenter for a template without GPUs', () => {
    expect(renderNodeClaim(phi3, aPlan({ gpus: 0 }), 'ws1', kwok).spec.resources).toBeUndefined();
  });
});
