import { aGpuNode, aNodeClaim, FakeClock } from '@kaito/testing';
import { nodeClaimDialect } from '../../claims/node-claim.ts';
import { ClusterInMemory } from '../../testing/cluster-in-memory.ts';
import { nodePatch, patchNode } from './node-patch.ts';
import { isRegistered, registrationOf } from './registration.ts';

const claim = nodeClaimDialect.view(
  aNodeClaim({
    metadata: {
      uid: 'u1',
      annotations: { 'karpenter.sh/do-not-disrupt': 'true', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    spec: { startupTaints: [{ key: 'gpu-driver', effect: 'NoSchedule' }] },
  }),
);
const node = aGpuNode('wc1a2b3c4d5', {
  metadata: { finalizers: ['other/finalizer'] },
  spec: {
    taints: [
      { key: 'karpenter.sh/unregistered', effect: 'NoExecute' },
      { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
    ],
  },
});
const change = registrationOf(claim, nodeClaimDialect, node);

test('registration takes the node under our finalizer', () => {
  expect(change.addFinalizer).toBe('karpenter.sh/termination');
});

test('registration makes the claim the owner of the node, which cannot go before it', () => {
  expect(change.addOwner).toEqual({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    name: 'wc1a2b3c4d5',
    uid: 'u1',
    blockOwnerDeletion: true,
  });
});

test('registration copies labels, and annotations that mean something on a node', () => {
  expect(change.labels).toMatchObject({
    'kaito.sh/workspace': 'a-workspace',
    'kaito.sh/workspacenamespace': 'default',
    'karpenter.sh/registered': 'true',
    'kaito.sh/kaitonodeclass': 'default',
  });
  expect(change.annotations).toEqual({ 'karpenter.sh/do-not-disrupt': 'true' });
});

test('registration copies taints and startup taints, and takes off the one that kept the node out of service', () => {
  expect(change.taints).toEqual([
    { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
    { key: 'gpu-driver', effect: 'NoSchedule' },
  ]);
});

test('do-not-sync-taints leaves the taints alone', () => {
  const asking = { ...claim, labels: { ...claim.labels, 'karpenter.sh/do-not-sync-taints': 'true' } };
  expect(registrationOf(asking, nodeClaimDialect, node).taints).toEqual([
    { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
  ]);
});

test('registration is done when label, finalizer and owner are there, and not before', () => {
  const finalizers = ['karpenter.sh/termination'];
  const ownerReferences = change.addOwner ? [change.addOwner] : [];
  const metadata = { ...node.metadata, labels: { ...change.labels }, finalizers, ownerReferences };
  expect(isRegistered({ ...node, metadata }, claim)).toBe(true);
  for (const missing of ['labels', 'finalizers', 'ownerReferences'] as const) {
    const { [missing]: _, ...rest } = metadata;
    expect(isRegistered({ ...node, metadata: rest }, claim)).toBe(false);
  }
});

test('registration is re-entrant: what is there is not written again', async () => {
  const cluster = new ClusterInMemory(new FakeClock());
  const { signal } = new AbortController();
  const joined = cluster.put(node);
  const once = await patchNode(cluster.client, joined, registrationOf(claim, nodeClaimDialect, joined), signal);
  if (once === undefined) throw new Error('the node is gone');
  expect(isRegistered(once, claim)).toBe(true);
  await patchNode(cluster.client, once, registrationOf(claim, nodeClaimDialect, once), signal);
  expect(cluster.calls).toEqual(['patch Node aks-wc1a2b3c4d5-12345678-vmss000000']);
  expect(once.metadata.finalizers).toEqual(['other/finalizer', 'karpenter.sh/termination']);
});

describe('a node that the Go gpu-provisioner took into service', () => {
  const ownerReferences = [
    { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim', uid: 'u1', name: 'wc1a2b3c4d5', blockOwnerDeletion: true },
  ];
  const adopted = aGpuNode('wc1a2b3c4d5', {
    metadata: {
      finalizers: ['karpenter.sh/termination'],
      ownerReferences,
      labels: { 'karpenter.sh/registered': 'true', 'karpenter.sh/initialized': 'true', apps: 'renamed since' },
    },
    spec: { taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] },
  });

  test('is not registered yet: it lacks the node class, by which its deletion is known as ours', () => {
    expect(isRegistered(adopted, claim)).toBe(false);
  });

  test('gets what it lacks, and nothing that would take it out of service or undo what others did', () => {
    expect(nodePatch(adopted, registrationOf(claim, nodeClaimDialect, adopted))).toEqual([
      { op: 'test', path: '/metadata/uid', value: undefined },
      { op: 'add', path: '/metadata/labels/karpenter.sh~1nodepool', value: 'kaito' },
      { op: 'add', path: '/metadata/labels/kaito.sh~1workspace', value: 'a-workspace' },
      { op: 'add', path: '/metadata/labels/kaito.sh~1workspacenamespace', value: 'default' },
      { op: 'add', path: '/metadata/labels/kaito.sh~1kaitonodeclass', value: 'default' },
    ]);
  });

  test('of the Machine era gets finalizer and owner too, where it has none', () => {
    const bare = aGpuNode('wc1a2b3c4d5', { metadata: { labels: { 'karpenter.sh/registered': 'true' } } });
    expect(registrationOf(claim, nodeClaimDialect, bare)).toMatchObject({
      addFinalizer: 'karpenter.sh/termination',
      addOwner: { kind: 'NodeClaim', uid: 'u1' },
    });
  });
});
