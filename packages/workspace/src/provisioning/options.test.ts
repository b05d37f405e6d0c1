import { loadOptions } from '@kaito/kube';
import { provisioningOptions, readProvisioningConfig } from './options.ts';

const read = (...argv: readonly string[]) =>
  readProvisioningConfig(
    loadOptions(provisioningOptions, { argv, env: {}, name: 'x', description: 'For a test.', examples: [] }),
  );

describe('readProvisioningConfig', () => {
  it('leaves the provisioner to detection, and knows gpu-provisioner’s class and those of Azure', () => {
    expect(read()).toMatchObject({
      provisioner: undefined,
      nodeClaimClass: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
      nodeClasses: {
        resource: { group: 'karpenter.azure.com', plural: 'aksnodeclasses' },
        classes: [
          { name: 'image-family-ubuntu', isDefault: true },
          { name: 'image-family-azure-linux', isDefault: false },
        ],
      },
    });
  });

  it('still takes the former flag, after the new one', () => {
    expect(read('--claim-kind', 'nodeclaim').provisioner).toBe('nodeclaim');
    expect(read('--claim-kind', 'nodeclaim', '--node-provisioner', 'karpenter').provisioner).toBe('karpenter');
  });

  it('names the flag whose value cannot be used', () => {
    expect(() => read('--node-claim-class', 'default')).toThrow('--node-claim-class "default" is not a node class');
    expect(() => read('--karpenter-node-classes', '[]')).toThrow('--karpenter-node-classes: 0 node classes');
    expect(read('--node-claim-class', 'karpenter.kwok.sh/KWOKNodeClass/default').nodeClaimClass.kind).toBe(
      'KWOKNodeClass',
    );
  });
});
