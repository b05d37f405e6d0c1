import { labels } from '@kaito/crds';
import { override } from '@kaito/testing';
import { anObserved, someone } from '../observed.test-data.ts';
import { aPlan, aReadyNode, large, seen } from './builders.test-data.ts';
import { matchingNodes } from './matching-nodes.ts';

const namesOf = (...parameters: Parameters<typeof matchingNodes>): readonly string[] =>
  matchingNodes(...parameters).map(({ node }) => node.metadata.name);

describe('matchingNodes', () => {
  it('takes preferred nodes first, in the order of the user, then the others by name', () => {
    const nodes = ['d', 'c', 'b', 'a'].map(name => seen(aReadyNode(name), 'free'));
    const workspace = someone({ resource: { preferredNodes: ['c', 'gone', 'a'] } });
    expect(namesOf(anObserved({ workspace, nodes }), aPlan())).toEqual(['c', 'a', 'b', 'd']);
  });

  it('passes over nodes that pods of the plan could not use', () => {
    const good = aReadyNode('n');
    const bad = [
      aReadyNode('n', { ready: false }),
      aReadyNode('n', { instanceType: large }),
      override(good, { spec: { unschedulable: true } }),
      override(good, { spec: { taints: [{ key: 'team', value: 'b', effect: 'NoSchedule' }] } }),
      override(good, { status: { allocatable: { 'nvidia.com/gpu': '0' } } }),
      override(good, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    ];
    for (const node of bad) expect(namesOf(anObserved({ nodes: [seen(node, 'free')] }), aPlan())).toEqual([]);
    expect(namesOf(anObserved({ nodes: [seen(good, 'free')] }), aPlan())).toEqual(['n']);
    expect(namesOf(anObserved({ nodes: [seen(good, 'reserved')] }), aPlan())).toEqual([]);
  });

  it('takes a spot node where spot is asked for, and no other', () => {
    const spot = [seen(aReadyNode('n', { labels: { [labels.capacityType]: 'spot' } }), 'free')];
    expect(namesOf(anObserved({ nodes: spot }), aPlan())).toEqual([]);
    expect(namesOf(anObserved({ nodes: spot }), aPlan({ capacityType: 'spot' }))).toEqual(['n']);
    const nodes = [seen(aReadyNode('n'), 'free')];
    expect(namesOf(anObserved({ nodes }), aPlan({ capacityType: 'spot' }))).toEqual([]);
    const ofAks = [seen(aReadyNode('n', { labels: { 'kubernetes.azure.com/scalesetpriority': 'spot' } }), 'free')];
    expect(namesOf(anObserved({ nodes: ofAks }), aPlan())).toEqual([]);
  });
});
