import { FakeClock } from '@kaito/testing';
import { claimKinds } from '../claims/claim-kind.ts';
import { createProvisioning } from './create-provisioning.ts';
import { anObserved, someone } from '../observed.test-data.ts';
import { aPlan } from './builders.test-data.ts';
import { MemoryClient } from './memory-client.test-data.ts';
import { toolsFor } from './tools.test-data.ts';
import { kaitoNodeClassRef } from '../render/node-class.ts';
import type { ProvisionerName } from './provisioning.ts';

const resource = { group: 'g', version: 'v1', plural: 'classes', kind: 'Class', namespaced: false };
const config = {
  nodeClaimClass: kaitoNodeClassRef,
  nodeClasses: { resource, classes: [{ name: 'a', isDefault: true }] },
};
const create = (name: ProvisionerName) =>
  createProvisioning({ name, kinds: claimKinds, hasNodePools: true }, config, new FakeClock());

describe('createProvisioning', () => {
  it.each([
    ['machine', 'auto', 'MachineReady', 'kaito.sh/workspace'],
    ['nodeclaim', 'auto', 'NodeClaimReady', 'kaito.sh/workspace'],
    ['karpenter', 'auto', 'NodeClaimReady', 'karpenter.kaito.sh/workspace-name'],
    ['byo', 'brought', undefined, undefined],
  ] as const)('gives %s its mode, its condition and its labels', (name, mode, condition, label) => {
    const provisioning = create(name);
    expect(provisioning).toMatchObject({ name, mode });
    expect(provisioning.condition).toBe(condition);
    expect(Object.keys(provisioning.ownership(someone()))[0]).toBe(label);
  });

  it('makes nothing where users bring the nodes', async () => {
    const server = new MemoryClient();
    const { tools } = toolsFor(server, new FakeClock());
    const byo = create('byo');
    await expect(byo.ensure(anObserved(), aPlan(), tools)).resolves.toBe(0);
    expect(byo.verdict(anObserved(), aPlan())).toBeUndefined();
    await expect(byo.takeDown(anObserved(), tools)).resolves.toEqual([]);
    expect(server.writes).toEqual([]);
  });
});
