import { aGpuNode, aNodeClaim } from '@kaito/testing';
import { nodeClaimDialect } from '../../claims/node-claim.ts';
import { isRegistered, registrationPatch } from './registration.ts';

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
const patch = registrationPatch(claim, nodeClaimDialect, node);

test('takes the node under our finalizer, beside those of others', () => {
  expect(patch.metadata.finalizers).toEqual(['other/finalizer', 'karpenter.sh/termination']);
});

test('makes the claim its owner, which cannot go before it', () => {
  expect(patch.metadata.ownerReferences).toEqual([
    { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim', name: 'wc1a2b3c4d5', uid: 'u1', blockOwnerDeletion: true },
  ]);
});

test('copies labels, and annotations that mean something on a node', () => {
  expect(patch.metadata.labels).toMatchObject({
    'kaito.sh/workspace': 'a-workspace',
    'kaito.sh/workspacenamespace': 'default',
    'karpenter.sh/registered': 'true',
    'kaito.sh/kaitonodeclass': 'default',
  });
  expect(patch.metadata.annotations).toEqual({ 'karpenter.sh/do-not-disrupt': 'true' });
});

test('adds the taints that are missing and takes off the one that kept the node out of service', () => {
  expect(patch.spec.taints).toEqual([
    { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
    { key: 'gpu-driver', effect: 'NoSchedule' },
  ]);
});

test('leaves the taints alone when the claim asks for it', () => {
  const asking = { ...claim, labels: { ...claim.labels, 'karpenter.sh/do-not-sync-taints': 'true' } };
  expect(registrationPatch(asking, nodeClaimDialect, node).spec.taints).toEqual([
    { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
  ]);
});

test('is done when label, finalizer and owner are there, and not before', () => {
  const { labels, finalizers, ownerReferences } = patch.metadata;
  const registered = { ...node, metadata: { ...node.metadata, labels, finalizers, ownerReferences } };
  expect(isRegistered(registered, claim)).toBe(true);
  for (const missing of ['labels', 'finalizers', 'ownerReferences'] as const) {
    const { [missing]: _, ...metadata } = registered.metadata;
    expect(isRegistered({ ...registered, metadata }, claim)).toBe(false);
  }
});
