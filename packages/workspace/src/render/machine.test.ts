import { someone } from '../observed.test-data.ts';
import { aPlan } from '../provisioning/builders.test-data.ts';
import { aCpuPlan } from './plans.test-data.ts';
import { renderMachine } from './machine.ts';

const phi3 = someone({ metadata: { name: 'workspace-phi-3-mini' } });
const plan = aPlan({ labels: { apps: 'phi-3' } });

describe('renderMachine', () => {
  it('gives the Machine of KAITO v0.3', () => {
    expect(renderMachine(phi3, plan, 'ws1a2b3c4d5')).toEqual({
      apiVersion: 'karpenter.sh/v1alpha5',
      kind: 'Machine',
      metadata: {
        name: 'ws1a2b3c4d5',
        labels: {
          apps: 'phi-3',
          'kaito.sh/workspace': 'workspace-phi-3-mini',
          'kaito.sh/workspacenamespace': 'default',
          'karpenter.sh/provisioner-name': 'default',
        },
      },
      spec: {
        machineTemplateRef: { name: 'ws1a2b3c4d5' },
        requirements: [
          { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC6s_v3'] },
          { key: 'karpenter.sh/provisioner-name', operator: 'In', values: ['default'] },
          { key: 'kaito.sh/machine-type', operator: 'In', values: ['gpu'] },
          { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
          { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
        ],
        taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
        resources: { requests: { storage: '50Gi' } },
      },
    });
  });

  it('asks for a machine without GPUs, and without their taint, for a model on CPUs', () => {
    const { spec } = renderMachine(phi3, aCpuPlan(), 'ws1');
    expect(spec).not.toHaveProperty('taints');
    expect(spec?.requirements).toContainEqual({ key: 'kaito.sh/machine-type', operator: 'In', values: ['cpu'] });
    expect(spec?.resources).toEqual({ requests: { storage: '80Gi' } });
  });

  it('asks for spot only where the plan does', () => {
    const { spec } = renderMachine(phi3, aPlan({ capacityType: 'spot' }), 'ws1');
    expect(spec?.requirements).toContainEqual({ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] });
  });

  it('copies the node image, and does not let labels of the user redirect those of ownership', () => {
    const odd = aPlan({ imageFamily: 'azurelinux', labels: { 'kaito.sh/workspace': 'victim' } });
    const { metadata } = renderMachine(phi3, odd, 'ws1');
    expect(metadata.annotations).toEqual({ 'kaito.sh/node-image-family': 'azurelinux' });
    expect(metadata.labels?.['kaito.sh/workspace']).toBe('workspace-phi-3-mini');
  });
});
