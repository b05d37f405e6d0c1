import { aGpuNode } from '@kaito/testing';
import { nodePatch } from './node-patch.ts';

const uid = { op: 'test', path: '/metadata/uid', value: 'n1' };
const node = aGpuNode('m', {
  metadata: { uid: 'n1', annotations: undefined, finalizers: ['a', 'b'] },
  spec: { taints: [{ key: 't', effect: 'NoSchedule' }] },
});

test('what is there already costs nothing', () => {
  const change = {
    labels: { 'kubernetes.azure.com/agentpool': 'm' },
    addFinalizer: 'b',
    removeFinalizer: 'c',
    taints: [{ key: 't', effect: 'NoSchedule' }],
  };
  expect(nodePatch(node, change)).toEqual([]);
});

test('only what differs is sent, to this very node', () => {
  expect(nodePatch(node, { labels: { 'kubernetes.azure.com/agentpool': 'm', 'a~b/c': 'x' } })).toEqual([
    uid,
    { op: 'add', path: '/metadata/labels/a~0b~1c', value: 'x' },
  ]);
});

test('a part that is not there is created, unless somebody else has done so meanwhile', () => {
  expect(nodePatch(node, { annotations: { a: 'b' } })).toEqual([
    uid,
    { op: 'test', path: '/metadata/annotations', value: null },
    { op: 'add', path: '/metadata/annotations', value: { a: 'b' } },
  ]);
});

test('a finalizer joins those of others, and leaves without them', () => {
  expect(nodePatch(node, { addFinalizer: 'c' })).toEqual([
    uid,
    { op: 'add', path: '/metadata/finalizers/-', value: 'c' },
  ]);
  expect(nodePatch(node, { removeFinalizer: 'b' })).toEqual([
    uid,
    { op: 'test', path: '/metadata/finalizers/1', value: 'b' },
    { op: 'remove', path: '/metadata/finalizers/1' },
  ]);
});

test('taints are replaced only if they are still what was read', () => {
  const taints = [{ key: 'u', effect: 'NoExecute' }];
  expect(nodePatch(node, { taints })).toEqual([
    uid,
    { op: 'test', path: '/spec/taints', value: [{ key: 't', effect: 'NoSchedule' }] },
    { op: 'add', path: '/spec/taints', value: taints },
  ]);
  expect(nodePatch(aGpuNode('m', { metadata: { uid: 'n1' } }), { taints })[1]).toEqual({
    op: 'test',
    path: '/spec/taints',
    value: null,
  });
});
