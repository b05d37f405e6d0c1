import type { Owner } from '../claims/claim.ts';
import { describeOwner, isOwnedBy, ownerEvidence, poolOfProviderID, tagsFor } from './ownership.ts';

const createdAt = Date.UTC(2026, 6, 28, 10);
const machine: Owner = { kind: 'Machine', name: 'm', uid: 'u1', createdAt };
const nodeClaim: Owner = { kind: 'NodeClaim', name: 'm', uid: 'u1', createdAt };
const vm = (pool: string): string =>
  `azure:///subscriptions/s/resourceGroups/MC_g_c_eastus/providers/Microsoft.Compute/virtualMachineScaleSets/aks-${pool}-12345678-vmss/virtualMachines/0`;

test('a pool with our tags is ours', () => {
  expect(ownerEvidence({ name: 'm', tags: tagsFor(machine, 0) }, machine)).toBe('tags');
});

test.each([
  ['no tags', {}],
  ['tags of somebody else', { team: 'x' }],
  ['the uid alone', { 'kaito.sh_claim-uid': 'u1' }],
  ['another uid', tagsFor({ ...machine, uid: 'u2' }, 0)],
  ['another manager', { ...tagsFor(machine, 0), 'kaito.sh_managed-by': 'terraform' }],
])('a pool with %s is not', (_, tags) => {
  expect(isOwnedBy({ name: 'm', tags }, machine)).toBe(false);
});

describe('a pool that the Go gpu-provisioner made has no tags of ours', () => {
  const time = { 'kaito.sh/creation-timestamp': '2026-07-28T10-00-00Z' };
  const ofNodeClaim = { 'karpenter.sh/nodepool': 'kaito', 'kaito.sh/workspace': 'w', ...time };
  const ofMachine = { 'karpenter.sh/provisioner-name': 'default', 'kaito.sh/workspace': 'w', ...time };

  test('it is known by its name, the label of the kind and the time of the claim', () => {
    expect(ownerEvidence({ name: 'm', labels: ofNodeClaim }, nodeClaim)).toBe('labels');
    expect(ownerEvidence({ name: 'm', labels: ofMachine }, machine)).toBe('labels');
  });

  test('tags that a policy put there do not matter', () => {
    expect(ownerEvidence({ name: 'm', labels: ofNodeClaim, tags: { costCenter: '7' } }, nodeClaim)).toBe('labels');
  });

  test('or by the machine that the claim says it has, when the times differ', () => {
    const restored = { ...nodeClaim, createdAt: createdAt + 60_000, status: { providerID: vm('M') } };
    expect(ownerEvidence({ name: 'm', labels: ofNodeClaim }, restored)).toBe('providerID');
  });

  test.each<[string, { name: string; labels?: Record<string, string>; tags?: Record<string, string> }, Owner]>([
    ['of another name', { name: 'other', labels: ofNodeClaim }, nodeClaim],
    ['for a claim of the other kind', { name: 'm', labels: ofNodeClaim }, machine],
    [
      'for an earlier claim of that name',
      { name: 'm', labels: ofNodeClaim },
      { ...nodeClaim, createdAt: createdAt + 1000 },
    ],
    ['with the time alone', { name: 'm', labels: time }, nodeClaim],
    ['that a user made where the machine stood', { name: 'm' }, { ...nodeClaim, status: { providerID: vm('m') } }],
    [
      'while the claim has its machine elsewhere',
      { name: 'm', labels: { ...ofNodeClaim, 'kaito.sh/creation-timestamp': 'x' } },
      { ...nodeClaim, status: { providerID: vm('other') } },
    ],
    [
      'that was taken over by tags since',
      { name: 'm', labels: ofNodeClaim, tags: tagsFor({ ...nodeClaim, uid: 'u2' }, 0) },
      { ...nodeClaim, status: { providerID: vm('m') } },
    ],
    [
      'that another manager tagged',
      { name: 'm', labels: ofNodeClaim, tags: { 'kaito.sh_managed-by': 'terraform' } },
      nodeClaim,
    ],
  ])('but it is not the pool %s', (_, pool, owner) => {
    expect(ownerEvidence(pool, owner)).toBeUndefined();
  });
});

test.each([
  [vm('ws1a2b3c4d5'), 'ws1a2b3c4d5'],
  [vm('M').toLowerCase(), 'm'],
  [undefined, undefined],
  ['', undefined],
  ['kwok://node', undefined],
  ['azure:///subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/aks-m-1-vmss', undefined],
  [vm('m').replace('aks-m-12345678-vmss', 'nodash'), undefined],
])('the pool of providerID %s is %s', (providerID, pool) => {
  expect(poolOfProviderID(providerID)).toBe(pool);
});

test('tag names hold no character that Azure forbids', () => {
  for (const name of Object.keys(tagsFor(machine, 0))) expect(name).not.toMatch(/[<>%&\\?/]/);
});

test('says whose a foreign pool is', () => {
  expect(describeOwner({ tags: tagsFor(machine, 0) })).toBe('it was made for Machine m (uid u1)');
  expect(describeOwner({})).toBe('it was not made by gpu-provisioner');
});
