import { aGpuNode, aNodeClaim } from '@kaito/testing';
import { nodeClaimDialect } from '../../claims/node-claim.ts';
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

test('takes the node under our finalizer', () => {
  expect(change.addFinalizer).toBe('karpenter.sh/termination');
});

test('makes the claim its owner, which cannot go before it', () => {
  expect(change.addOwner).toEqual({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    name: 'wc1a2b3c4d5',
    uid: 'u1',
    blockOwnerDeletion: true,
  });
});

test('copies labels, and annotations that mean something on a node', () => {
  expect(change.labels).toMatchObject({
    'kaito.sh/workspace': 'a-workspace',
    'kaito.sh/workspacenamespace': 'default',
    'karpenter.sh/registered': 'true',
    'kaito.sh/kaitonodeclass': 'default',
  });
  expect(change.annotations).toEqual({ 'karpenter.sh/do-not-disrupt': 'true' });
});

test('adds the taints that are missing and takes off the one that kept the node out of service', () => {
  expect(change.taints).toEqual([
    { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
    { key: 'gpu-driver', effect: 'NoSchedule' },
  ]);
});

test('leaves the taints alone when the claim asks for it', () => {
  const asking = { ...claim, labels: { ...claim.labels, 'karpenter.sh/do-not-sync-taints': 'true' } };
  expect(registrationOf(asking, nodeClaimDialect, node).taints).toEqual([
    { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
  ]);
});

test('is done when label, finalizer and owner are there, and not before', () => {
  const finalizers = ['karpenter.sh/termination'];
  const ownerReferences = change.addOwner ? [change.addOwner] : [];
  const metadata = { ...node.metadata, labels: { ...change.labels }, finalizers, ownerReferences };
  expect(isRegistered({ ...node, metadata }, claim)).toBe(true);
  for (const missing of ['labels', 'finalizers', 'ownerReferences'] as const) {
    const { [missing]: _, ...rest } = metadata;
    expect(isRegistered({ ...node, metadata: rest }, claim)).toBe(false);
  }
});
