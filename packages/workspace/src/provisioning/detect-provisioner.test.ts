import { kaitoNodeClasses, machines, nodeClaims } from '@kaito/crds';
import type { Resource } from '@kaito/kube';
import { nodePools } from '../render/node-pool.ts';
import { detectProvisioner } from './detect-provisioner.ts';
import { MemoryClient } from './memory-client.test-data.ts';
import type { ProvisionerName } from './provisioning.ts';

function detect(served: readonly Resource[], wanted?: ProvisionerName): ReturnType<typeof detectProvisioner> {
  const server = new MemoryClient();
  server.served = served;
  return detectProvisioner(server.client, wanted, new AbortController().signal);
}

describe('detectProvisioner', () => {
  it.each([
    ['machine', [machines, nodeClaims, kaitoNodeClasses, nodePools]],
    ['nodeclaim', [nodeClaims, kaitoNodeClasses, nodePools]],
    ['karpenter', [nodeClaims, nodePools]],
    ['byo', [nodeClaims]],
    ['byo', []],
  ] as const)('finds %s', async (name, served) => {
    await expect(detect(served)).resolves.toMatchObject({ name });
  });

  it('takes what was chosen, and still knows all kinds of claim', async () => {
    const found = await detect([machines, nodeClaims, nodePools], 'byo');
    expect(found).toMatchObject({ name: 'byo', hasNodePools: true });
    expect(found.kinds.map(({ option }) => option)).toEqual(['machine', 'nodeclaim']);
    await expect(detect([nodeClaims], 'nodeclaim')).resolves.toMatchObject({ name: 'nodeclaim' });
  });

  it('needs no rights to what was not chosen', async () => {
    const server = new MemoryClient();
    server.served = [machines];
    server.forbidden = [nodePools];
    const ask = (wanted?: ProvisionerName) => detectProvisioner(server.client, wanted, new AbortController().signal);
    await expect(ask('machine')).resolves.toMatchObject({ name: 'machine', hasNodePools: false });
    await expect(ask('karpenter')).rejects.toThrow('Forbidden');
    await expect(ask()).rejects.toThrow('Forbidden');
  });

  it('names the definitions that the chosen one lacks', async () => {
    await expect(detect([machines], 'nodeclaim')).rejects.toThrow('nodeclaims.karpenter.sh (v1)');
    await expect(detect([machines], 'karpenter')).rejects.toThrow(
      'nodeclaims.karpenter.sh (v1) and nodepools.karpenter.sh (v1)',
    );
  });
});
