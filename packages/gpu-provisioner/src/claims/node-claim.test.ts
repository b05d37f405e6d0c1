import { aNodeClaim } from '@kaito/testing';
import type { ClaimObject, Progress } from './claim.ts';
import { nodeClaimDialect } from './node-claim.ts';

const CREATED = '2026-01-01T00:00:00Z';
const NOW = Date.parse('2026-01-01T00:05:00Z');
const done = { state: 'done' } as const;
const unstarted = { state: 'unstarted' } as const;

function conditions(progress: Progress, status?: ClaimObject['status']) {
  const object = aNodeClaim({ metadata: { generation: 2, creationTimestamp: CREATED } });
  return nodeClaimDialect.conditions(nodeClaimDialect.view({ ...object, ...(status && { status }) }), progress, NOW);
}

const row = ({ type, status, reason }: { type: string; status: string; reason?: string }) => [type, status, reason];

describe('a NodeClaim is ours', () => {
  test('by its node class', () => {
    expect(nodeClaimDialect.isOurs(aNodeClaim({ metadata: { labels: undefined } }))).toBe(true);
  });

  test.each([
    { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'default' },
    { group: 'karpenter.azure.com', kind: 'KaitoNodeClass', name: 'default' },
    { group: 'kaito.sh', kind: 'AKSNodeClass', name: 'default' },
  ])('but not with class $group/$kind, whatever its labels say', nodeClassRef => {
    const claim = aNodeClaim({ spec: { nodeClassRef } });
    expect(claim.metadata.labels).toHaveProperty(['kaito.sh/workspace']);
    expect(nodeClaimDialect.isOurs(claim)).toBe(false);
  });
});

test('the view knows the grace period and the node class', () => {
  const claim = nodeClaimDialect.view(aNodeClaim({ spec: { terminationGracePeriod: '1h30m' } }));
  expect([claim.gracePeriodMs, claim.nodeClass, claim.key]).toEqual([5_400_000, 'default', 'NodeClaim/wc1a2b3c4d5']);
});

test.each(['a/b', 'x'.repeat(64), '-'])(
  'a node class whose name no label can hold is taken for the default: %s',
  name => {
    const nodeClassRef = { group: 'kaito.sh', kind: 'KaitoNodeClass', name };
    expect(nodeClaimDialect.view(aNodeClaim({ spec: { nodeClassRef } })).nodeClass).toBe('default');
  },
);

describe('conditions', () => {
  test('await reconciliation since the claim was made', () => {
    const all = conditions({ launched: unstarted, registered: unstarted, initialized: unstarted });
    expect(all.map(row)).toEqual([
      ['Launched', 'Unknown', 'AwaitingReconciliation'],
      ['Registered', 'Unknown', 'AwaitingReconciliation'],
      ['Initialized', 'Unknown', 'AwaitingReconciliation'],
      ['Ready', 'Unknown', 'ReconcilingDependents'],
    ]);
    expect(all.slice(0, 3).map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([CREATED, CREATED, CREATED]);
    expect(all[0]?.message).toBe('object is awaiting reconciliation');
    expect(all.at(-1)?.message).toBe('Launched=Unknown, Registered=Unknown, Initialized=Unknown');
  });

  test('are Unknown while waiting and False when it cannot go on', () => {
    const waiting = { state: 'waiting', reason: 'NodeNotReady', message: 'm' } as const;
    const failed = { state: 'failed', reason: 'MultipleNodesFound', message: 'm' } as const;
    expect(conditions({ launched: done, registered: failed, initialized: waiting }).map(row)).toEqual([
      ['Launched', 'True', 'Launched'],
      ['Registered', 'False', 'MultipleNodesFound'],
      ['Initialized', 'Unknown', 'NodeNotReady'],
      ['Ready', 'False', 'UnhealthyDependents'],
    ]);
  });

  test('are all True in the end, at the generation that was read', () => {
    const all = conditions({ launched: done, registered: done, initialized: done });
    expect(all.at(-1)).toMatchObject({ type: 'Ready', status: 'True', reason: 'Ready', observedGeneration: 2 });
    expect(all.every(({ observedGeneration }) => observedGeneration === 2)).toBe(true);
  });

  test('written twice are the same bytes', () => {
    const progress: Progress = { launched: done, registered: unstarted, initialized: unstarted };
    const once = conditions(progress);
    expect(JSON.stringify(conditions(progress, { conditions: once }))).toBe(JSON.stringify(once));
  });
});

describe('the conditions of the end', () => {
  const object = aNodeClaim({ metadata: { generation: 3, creationTimestamp: CREATED } });
  const launched = { type: 'Launched', status: 'True', reason: 'Launched', message: '', lastTransitionTime: CREATED };
  const claim = nodeClaimDialect.view({ ...object, status: { conditions: [{ ...launched, observedGeneration: 2 }] } });

  test('stand beside the others, which speak about the generation that the deletion made', () => {
    const failed = { state: 'failed', reason: 'TerminationGracePeriodElapsed', message: 'm' } as const;
    const ending = { drained: done, volumesDetached: failed, instanceTerminating: unstarted } as const;
    const all = nodeClaimDialect.endConditions(claim, ending, NOW) ?? [];
    expect(all.map(row)).toEqual([
      ['Launched', 'True', 'Launched'],
      ['Drained', 'True', 'Drained'],
      ['VolumesDetached', 'False', 'TerminationGracePeriodElapsed'],
    ]);
    expect(all.every(({ observedGeneration }) => observedGeneration === 3)).toBe(true);
    expect(all[0]?.lastTransitionTime).toBe(CREATED);
  });

  test('stay as they were when nothing was learnt', () => {
    const unchanged = { state: 'unchanged' } as const;
    const known = nodeClaimDialect.view({ ...object, status: { conditions: [{ ...launched, type: 'Drained' }] } });
    const ending = { drained: unchanged, volumesDetached: unchanged, instanceTerminating: done };
    expect((nodeClaimDialect.endConditions(known, ending, NOW) ?? []).map(({ type }) => type)).toEqual([
      'Drained',
      'InstanceTerminating',
    ]);
  });
});
