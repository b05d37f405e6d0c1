import type { StatefulSet } from '@kaito/kube';
import type { Claim } from '../claims/claim.ts';
import { claimNames } from '../claims/claim-name.ts';
import type { Observed } from '../observed.ts';
import { anObserved, someone } from '../observed.test-data.ts';
import {
  aClaim,
  aPlan,
  aPodOn,
  aPooledClaim,
  aReadyNode,
  large,
  now,
  seen,
  sized,
  small,
  withNode,
  type NodeShape,
} from './builders.test-data.ts';
import { nodeSteps, type Maker } from './node-steps.ts';
import { lostAfterMs } from './stand.ts';

const plan = aPlan({ count: 3 });
const [first = '', second = '', third = ''] = claimNames(someone(), 3, plan.nodes);
const statefulSet: StatefulSet = { metadata: { name: 'a-workspace' } };

function steps(observed: Partial<Observed>, of = plan, maker: Maker = 'claims') {
  const { remove, release, ...rest } = nodeSteps(anObserved(observed), of, maker, now);
  return {
    ...rest,
    remove: remove.map(({ name }) => name),
    release: release.map(({ node }) => node.metadata.name),
  };
}

/** A claim with a ready node of the same name. */
const working = (name: string, change: Partial<Claim> = {}): Claim => aClaim(name, { ...withNode(name), ...change });

/** The same, of the workspace's NodePool. */
const pooled = (name: string, change: Partial<Claim> = {}): Claim =>
  aPooledClaim(name, { ...withNode(name), ...change });

/** A node that is reserved. */
const found = (shape: NodeShape): Partial<Observed> => ({ nodes: [seen(aReadyNode('found', shape), 'reserved')] });

describe('nodeSteps', () => {
  it('names one claim for each wanted node, and none that is there', () => {
    expect(steps({}).names).toEqual([first, second, third]);
    expect(steps({ claims: [aClaim(first), aClaim(third)] }).names).toEqual([second]);
    expect(steps({ claims: [first, second, third].map(name => aClaim(name)) }).names).toEqual([]);
  });

  it('waits for a claim that is being deleted: its name is not free yet', () => {
    const going = aClaim(second, { deleting: true });
    expect(steps({ claims: [aClaim(first), going, aClaim(third)] })).toMatchObject({
      names: [],
      remove: [],
      missing: 1,
    });
  });

  it('lets a claim that another hand made stand for a node, unless it is of another size or going', () => {
    expect(steps({ claims: [aClaim('byhand')] }).names).toEqual([first, second]);
    expect(steps({ claims: [aClaim('byhand', { deleting: true })] }).names).toEqual([first, second, third]);
    expect(steps({ claims: [aClaim('byhand', sized(large))] }).names).toEqual([first, second, third]);
    expect(steps({ claims: [aClaim('byhand', { capacityType: 'spot' })] }).names).toEqual([first, second, third]);
  });

  it('leaves a claim alone that says nothing of its size', () => {
    expect(steps({ claims: [aClaim('byhand', { instanceType: undefined })] })).toMatchObject({ remove: [] });
  });

  it('counts a reserved node as a node, until it is of another size or stays away', () => {
    const long = new Date(now - lostAfterMs).toISOString();
    expect(steps(found({})).names).toEqual([first, second]);
    expect(steps(found({ ready: false })).names).toEqual([first, second]);
    expect(steps(found({ ready: false, since: long }))).toMatchObject({ missing: 3, release: ['found'] });
    expect(steps(found({ instanceType: large }))).toMatchObject({ missing: 3, release: ['found'] });
  });

  it('lets go of what has no pods when fewer are wanted: what is not ready first, then the youngest', () => {
    const older = working(first, { createdAt: '2025-12-01T00:00:00Z' });
    const younger = working(second, { createdAt: '2025-12-02T00:00:00Z' });
    const notReady = aClaim(third, { createdAt: '2025-11-01T00:00:00Z', nodeName: third });
    const nodes = [first, second].map(name => seen(aReadyNode(name), 'claimed'));
    const claims = [older, younger, notReady];
    expect(steps({ claims, nodes }, aPlan({ count: 2 })).remove).toEqual([third]);
    expect(steps({ claims, nodes }, aPlan({ count: 1 })).remove).toEqual([third, second]);
    // Its pod stays where it is: another node has to go.
    const pods = [aPodOn(third, 0), aPodOn(second, 1)];
    expect(steps({ claims, nodes, pods }, aPlan({ count: 1 })).remove).toEqual([first]);
  });

  it('gives a machine that costs money back before a node that was there anyway', () => {
    const nodes = [seen(aReadyNode('found'), 'reserved'), seen(aReadyNode(first), 'claimed')];
    expect(steps({ claims: [working(first)], nodes }, aPlan())).toMatchObject({ remove: [first], release: [] });
  });

  it('does not hold a machine for a pod that has ended, or goes and is on a node that no longer answers', () => {
    const claims = [working('old', sized(large)), working(first), working(second), working(third)];
    const silent = seen(aReadyNode('old', { instanceType: large, ready: false }), 'claimed');
    const nodes = [silent, ...[first, second, third].map(name => seen(aReadyNode(name), 'claimed'))];
    const ended = { ...aPodOn('old'), status: { phase: 'Failed' } };
    const pod = aPodOn('old');
    const going = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    for (const gone of [ended, going]) {
      expect(steps({ claims, nodes, pods: [gone], statefulSet }).remove).toEqual(['old']);
    }
    expect(steps({ claims, nodes, pods: [pod], statefulSet }).remove).toEqual([]);
  });
});

/** A StatefulSet whose pods must be on nodes of the size. */
function askingFor(instanceType: string, capacityType: 'on-demand' | 'spot'): StatefulSet {
  const matchExpressions = [
    { key: 'node.kubernetes.io/instance-type', operator: 'In', values: [instanceType] },
    ...(capacityType === 'spot' ? [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }] : []),
  ];
  const required = { nodeSelectorTerms: [{ matchExpressions }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
  return { ...statefulSet, spec: { selector: {}, template: { spec: { containers: [], affinity } } } };
}

describe('nodeSteps for a new size', () => {
  const one = aPlan();
  const [name = ''] = claimNames(someone(), 1, one.nodes);
  const old = working('old', sized(large));
  const oldNode = seen(aReadyNode('old', { instanceType: large }), 'claimed');
  const newNode = seen(aReadyNode(name), 'claimed');

  it('makes the new claim beside the old one, which stays while its pod does', () => {
    const observed = { claims: [old], nodes: [oldNode], pods: [aPodOn('old')], statefulSet };
    expect(steps(observed, one)).toMatchObject({ names: [name], remove: [] });
    const both = { ...observed, claims: [old, working(name)], nodes: [oldNode, newNode] };
    expect(steps(both, one)).toMatchObject({ names: [], remove: [] });
    expect(steps({ ...both, pods: [aPodOn(name)] }, one).remove).toEqual(['old']);
  });

  it('keeps the old node for a pod that merely crashed, until all new nodes are ready', () => {
    const observed = { claims: [old, aClaim(name)], nodes: [oldNode], pods: [], statefulSet };
    expect(steps(observed, one).remove).toEqual([]);
    expect(steps({ ...observed, statefulSet: undefined }, one).remove).toEqual(['old']);
  });

  it('keeps the old node while the workload asks for its size', () => {
    const nodeSelector = { 'node.kubernetes.io/instance-type': large };
    const template = { spec: { containers: [], nodeSelector } };
    const asking: StatefulSet = { ...statefulSet, spec: { selector: {}, template } };
    const observed = { claims: [old, working(name)], nodes: [oldNode, newNode], statefulSet: asking };
    expect(steps(observed, one).remove).toEqual([]);
    const moved = { ...asking, spec: { selector: {}, template: { spec: { ...template.spec, nodeSelector: {} } } } };
    expect(steps({ ...observed, statefulSet: moved }, one).remove).toEqual(['old']);
  });

  it('keeps the old node while the workload asks for spot and the plan does not, or the other way round', () => {
    for (const [was, is] of [['on-demand', 'spot'] as const, ['spot', 'on-demand'] as const]) {
      const wanted = aPlan({ capacityType: is });
      const [fresh = ''] = claimNames(someone(), 1, wanted.nodes);
      const spotLabels = { 'karpenter.sh/capacity-type': 'spot' };
      const nodes = [
        seen(aReadyNode('old', was === 'spot' ? { labels: spotLabels } : {}), 'claimed'),
        seen(aReadyNode(fresh, is === 'spot' ? { labels: spotLabels } : {}), 'claimed'),
      ];
      const claims = [working('old', sized(small, was)), working(fresh, sized(small, is))];
      const observed = { claims, nodes, statefulSet: askingFor(small, was) };
      expect(steps(observed, wanted).remove).toEqual([]);
      expect(steps({ ...observed, statefulSet: askingFor(small, is) }, wanted).remove).toEqual(['old']);
    }
  });

  it('deletes at once what was left behind before it became a node', () => {
    const refused = aClaim('left', { ...sized('Standard_NC24s_v3'), refused: 'cannot be had' });
    const observed = { claims: [old, refused], nodes: [oldNode], pods: [aPodOn('old')], statefulSet };
    expect(steps(observed, one).remove).toEqual(['left']);
  });
});

describe('nodeSteps with a NodePool', () => {
  const nodes = ['a', 'b', 'c'].map(name => seen(aReadyNode(name), 'claimed'));

  it('sizes the pool for what the others leave over', () => {
    expect(steps({}, plan, 'pool')).toMatchObject({ names: [], pool: { replicas: 3, former: 0 } });
    expect(steps({ ...found({}), claims: [aClaim('byhand')] }, plan, 'pool').pool.replicas).toBe(1);
  });

  it('shrinks no further than there are nodes with pods', () => {
    const claims = ['a', 'b', 'c'].map(name => pooled(name));
    const pods = [aPodOn('a', 0), aPodOn('b', 1)];
    expect(steps({ claims, nodes, pods, statefulSet }, aPlan(), 'pool').pool.replicas).toBe(2);
    expect(steps({ claims, nodes, pods: pods.slice(0, 1), statefulSet }, aPlan(), 'pool').pool.replicas).toBe(1);
  });

  it('holds nodes of both sizes until the workload has moved, and never deletes a claim of the pool itself', () => {
    const old = pooled('a', sized(large));
    const oldNode = seen(aReadyNode('a', { instanceType: large }), 'claimed');
    const observed = { claims: [old], nodes: [oldNode], pods: [aPodOn('a')], statefulSet };
    expect(steps(observed, aPlan(), 'pool')).toMatchObject({ pool: { replicas: 2, former: 1 }, remove: [] });
    const both = { claims: [old, pooled('b')], nodes: [oldNode, ...nodes.slice(1)], pods: [aPodOn('b')], statefulSet };
    expect(steps(both, aPlan(), 'pool')).toMatchObject({ pool: { replicas: 1, former: 0 }, remove: [] });
  });

  it('lets the claims of a pool stand for nodes after the installation changed to claims', () => {
    const observed = { claims: [pooled('a')], nodes: nodes.slice(0, 1) };
    expect(steps(observed)).toMatchObject({ missing: 2, pool: { replicas: 1 } });
    expect(steps({ claims: [] }).pool.replicas).toBe(0);
  });
});
