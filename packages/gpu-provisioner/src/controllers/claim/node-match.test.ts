import { aGpuNode } from '@kaito/testing';
import type { Node } from '@kaito/kube';
import type { PoolSighting } from '../../pools/pool-sighting.ts';
import { matchNode, nodesToTakeAlong } from './node-match.ts';

const owner = { kind: 'Machine', name: 'm', uid: 'u1' } as const;
const ownedBy = (uid: string) => ({
  metadata: { ownerReferences: [{ apiVersion: 'karpenter.sh/v1alpha5', kind: 'Machine', name: 'm', uid }] },
});

test('the only node of our pool is the claim’s', () => {
  const node = aGpuNode('m');
  expect(matchNode(owner, [node], true)).toEqual({ found: 'one', node, providerID: node.spec?.providerID });
});

test('a node counts when the cloud has named its machine', () => {
  expect(matchNode(owner, [aGpuNode('m', { spec: { providerID: undefined } })], true).found).toBe('none');
});

test('a node in a pool that is not ours is not the claim’s', () => {
  expect(matchNode(owner, [aGpuNode('m')], false).found).toBe('none');
});

test('a node that names the claim is its node, whatever is known of the pool and whoever else is there', () => {
  const own = aGpuNode('m', ownedBy('u1'));
  const other = aGpuNode('m', { metadata: { name: 'surge' } });
  expect(matchNode(owner, [other, own], false)).toMatchObject({ found: 'one', node: own });
});

test('a node that names another claim is not ours', () => {
  expect(matchNode(owner, [aGpuNode('m', ownedBy('u0'))], true).found).toBe('none');
});

test('MultipleNodesFound: several nodes decide nothing', () => {
  const nodes = [aGpuNode('m'), aGpuNode('m', { metadata: { name: 'second' } })];
  expect(matchNode(owner, nodes, true)).toEqual({ found: 'many', names: ['aks-m-12345678-vmss000000', 'second'] });
});

describe('with the claim go', () => {
  const finalizers = ['karpenter.sh/termination'];
  const own = aGpuNode('m', ownedBy('u1'));
  const foreign = aGpuNode('m', ownedBy('u0'));
  const bare = aGpuNode('m');
  const held = aGpuNode('m', { metadata: { finalizers, labels: { 'kaito.sh/creation-timestamp': 'x' } } });

  test.each<[PoolSighting['state'], string, readonly Node[]]>([
    ['ours', 'every node in it but those of another claim', [own, bare, held]],
    ['accepted', 'the same', [own, bare, held]],
    ['absent', 'its own node, and one that nobody else lets go', [own, held]],
    ['foreign', 'its own node only', [own]],
    ['unread', 'its own node only', [own]],
  ])('when the pool is %s: %s', (state, _, expected) => {
    expect(nodesToTakeAlong(owner, [own, foreign, bare, held], state)).toEqual(expected);
  });
});
