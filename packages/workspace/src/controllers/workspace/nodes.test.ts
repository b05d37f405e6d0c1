import type { Node } from '@kaito/kube';
import { gpuSkus, plan, presets, type Plan } from '@kaito/planner';
import { aGpuNode, aWorkspace, type Overrides } from '@kaito/testing';
import { nodeFacts, nodeProgress, sameFacts, type NodeProgress } from './nodes.ts';

const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };

function planOf(): Plan {
  const result = plan({ workspace: aWorkspace(), presets, skus: gpuSkus });
  if (!result.ok) throw new Error('the example must be plannable');
  return result.plan;
}

/** The progress of a workspace whose one node is Ready but for the given differences. */
function progressOf(overrides: Overrides<Node> = {}): NodeProgress {
  const status = { ...ready.status, ...overrides.status };
  return nodeProgress([nodeFacts(aGpuNode('ws1', { ...overrides, status }))], planOf());
}

describe('nodeProgress', () => {
  it('counts a Ready node of the right size that shows its GPU', () => {
    expect(progressOf()).toMatchObject({ ready: [{ gpus: 1 }], withoutGpus: [], schedulable: true });
  });

  it('does not mind the case of the size', () => {
    expect(
      progressOf({ metadata: { labels: { 'node.kubernetes.io/instance-type': 'standard_nc6s_v3' } } }).ready,
    ).toHaveLength(1);
  });

  it.each<[string, Overrides<Node>]>([
    ['is not Ready', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }],
    ['says nothing yet', { status: { conditions: [] } }],
    ['has another size', { metadata: { labels: { 'node.kubernetes.io/instance-type': 'Standard_D4s_v5' } } }],
    ['is being deleted', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }],
  ])('does not count a node that %s', (_, overrides) => {
    expect(progressOf(overrides)).toMatchObject({ ready: [], withoutGpus: [], schedulable: false });
  });

  it('tells a node whose GPUs cannot be used yet from one that is not there', () => {
    const progress = progressOf({ status: { allocatable: { 'nvidia.com/gpu': undefined } } });
    expect(progress).toMatchObject({ ready: [], withoutGpus: [{ gpus: 0 }], schedulable: false });
  });

  it.each<[string, NonNullable<NonNullable<Node['spec']>['taints']>, boolean]>([
    ['the taint of GPU nodes', [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }], true],
    ["NVIDIA's own taint", [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }], true],
    ['a mere preference', [{ key: 'x', effect: 'PreferNoSchedule' }], true],
    ['a node that is not ready', [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }], false],
    ['a cordoned node', [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }], false],
  ])('knows whether pods can be placed with %s', (_, taints, schedulable) => {
    expect(progressOf({ spec: { taints } })).toMatchObject({ ready: [{}], schedulable });
  });
});

describe('sameFacts', () => {
  it('overlooks a heartbeat and notices all that counts', () => {
    const node = aGpuNode('ws1', ready);
    const heartbeat = { type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:05:00Z' };
    expect(sameFacts(aGpuNode('ws1', { status: { conditions: [heartbeat] } }), node)).toBe(true);
    const changes: readonly Overrides<Node>[] = [
      { status: { conditions: [{ type: 'Ready', status: 'False' }] } },
      { ...ready, status: { ...ready.status, allocatable: { 'nvidia.com/gpu': '0' } } },
      { ...ready, spec: { taints: [{ key: 'x', effect: 'NoExecute' }] } },
      { ...ready, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } },
    ];
    for (const change of changes) expect(sameFacts(aGpuNode('ws1', change), node)).toBe(false);
  });
});
