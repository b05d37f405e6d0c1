import { aGpuNode } from '@kaito/testing';
import { isHeld, matters, nodeIndexers, poolOf, trimNode } from './observed-nodes.ts';

const node = aGpuNode('pool1', { metadata: { resourceVersion: '1' } });

test('the pool of a node is found by either label of AKS', () => {
  expect(poolOf(node)).toBe('pool1');
  expect(poolOf(aGpuNode('pool1', { metadata: { labels: { 'kubernetes.azure.com/agentpool': undefined } } }))).toBe(
    'pool1',
  );
  expect(nodeIndexers.pool({ metadata: { name: 'other' } })).toEqual([]);
});

test('a node is kept without its images and without who wrote what', () => {
  const { status = {}, metadata, ...rest } = node;
  const images = [{ names: ['mcr.microsoft.com/oss/kubernetes/pause:3.6'], sizeBytes: 301_773 }];
  const whole = {
    ...rest,
    metadata: { ...metadata, managedFields: [{ manager: 'kubelet' }] },
    status: { ...status, images },
  };
  expect(trimNode(whole)).toEqual(node);
  expect(trimNode({ metadata: { name: 'n' } })).toEqual({ metadata: { name: 'n' } });
});

test('the owner index finds claims of both kinds, and nothing else', () => {
  const ownerReferences = ['Machine', 'NodeClaim', 'DaemonSet'].map(kind => ({
    apiVersion: 'v1',
    kind,
    name: 'x',
    uid: kind,
  }));
  expect(nodeIndexers.owner({ metadata: { name: 'n', ownerReferences } })).toEqual(['Machine/x', 'NodeClaim/x']);
});

test('a heartbeat does not matter', () => {
  const beat = aGpuNode('pool1', {
    metadata: { resourceVersion: '2' },
    status: { conditions: [{ type: 'MemoryPressure', status: 'False' }] },
  });
  expect(matters(beat, node)).toBe(false);
});

test.each([
  ['a new node', node, undefined],
  ['readiness', aGpuNode('pool1', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }), node],
  ['a taint', aGpuNode('pool1', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }), node],
  ['a GPU', aGpuNode('pool1', { status: { allocatable: { 'nvidia.com/gpu': '2' } } }), node],
  ['its deletion', aGpuNode('pool1', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), node],
  ['a label', aGpuNode('pool1', { metadata: { labels: { a: 'b' } } }), node],
])('%s matters', (_, after, before) => {
  expect(matters(after, before)).toBe(true);
});

test('a node is held when it has our finalizer and our mark; the finalizer alone is also that of other provisioners', () => {
  const finalizers = ['karpenter.sh/termination'];
  expect(isHeld(aGpuNode('p', { metadata: { finalizers } }))).toBe(false);
  expect(isHeld(aGpuNode('p', { metadata: { finalizers, labels: { 'kaito.sh/kaitonodeclass': 'default' } } }))).toBe(
    true,
  );
});

test('a node of the Go gpu-provisioner has no node class, but the time that only it writes', () => {
  const labels = { 'kaito.sh/creation-timestamp': '2026-07-28T10-00-00Z' };
  expect(isHeld(aGpuNode('p', { metadata: { finalizers: ['karpenter.sh/termination'], labels } }))).toBe(true);
  expect(isHeld(aGpuNode('p', { metadata: { labels } }))).toBe(false);
});
