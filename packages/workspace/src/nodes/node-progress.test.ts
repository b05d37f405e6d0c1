import { labels, taints } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { aPlan, aReadyNode, large, seen, small } from '../provisioning/builders.test-data.ts';
import type { NodeTie } from '../observed.ts';
import { aCpuPlan } from '../render/plans.test-data.ts';
import { nodeProgress } from './node-progress.ts';

const isSpot = { [labels.capacityType]: 'spot' };

function readyFor(plan: Plan, node: Node, tie: NodeTie = 'claimed'): boolean {
  return nodeProgress([seen(node, tie)], plan).ready.length === 1;
}

describe('nodeProgress', () => {
  it('counts nodes of the size of the plan that the workspace has', () => {
    expect(readyFor(aPlan(), aReadyNode('n'))).toBe(true);
    expect(readyFor(aPlan(), aReadyNode('n', { instanceType: large }))).toBe(false);
    expect(readyFor(aPlan(), aReadyNode('n'), 'free')).toBe(false);
  });

  it('tells spot nodes from others of the same size, so that pods stay until there are such as they now need', () => {
    expect(readyFor(aPlan({ capacityType: 'spot' }), aReadyNode('n'))).toBe(false);
    expect(readyFor(aPlan({ capacityType: 'spot' }), aReadyNode('n', { labels: isSpot }))).toBe(true);
    expect(readyFor(aPlan(), aReadyNode('n', { labels: isSpot }))).toBe(false);
  });

  it('waits for no GPUs for a model on CPUs, and keeps its pods from nodes with the taints of GPUs', () => {
    const plan = aCpuPlan({ nodes: { instanceType: small } });
    const node = aReadyNode('n');
    const { schedulable } = nodeProgress(
      [seen({ ...node, spec: {}, status: { ...node.status, allocatable: {} } }, 'claimed')],
      plan,
    );
    expect(schedulable).toHaveLength(1);
    const tainted = { ...node, spec: { taints: [taints.gpu] } };
    expect(nodeProgress([seen(tainted, 'claimed')], plan)).toMatchObject({ ready: [{ name: 'n' }], schedulable: [] });
    expect(nodeProgress([seen(tainted, 'claimed')], aPlan()).schedulable).toHaveLength(1);
  });

  it('leaves it to users how the nodes that they bring are paid for', () => {
    expect(readyFor(aPlan(), aReadyNode('n', { labels: isSpot }), 'brought')).toBe(true);
    expect(readyFor(aPlan({ instanceType: '' }), aReadyNode('n', { instanceType: large }), 'brought')).toBe(true);
  });
});
