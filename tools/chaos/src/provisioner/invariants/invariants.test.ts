import type { LoggedRequest } from '@kaito/emulator';
import type { Books, SeenPool, Snapshot } from '../books/books.ts';
import { violationsIn } from '../../verdict.ts';
import { invariants } from './invariants.ts';

const pool: SeenPool = { name: 'p1m0', createdAt: 1, state: 'Succeeded', claimUid: 'u1' };
const settled: Snapshot = {
  at: 100,
  claims: [{ name: 'p1m0', uid: 'u1', ready: true, providerID: 'azure:///0' }],
  nodes: [{ name: 'aks-p1m0-0', pool: 'p1m0', held: true, providerID: 'azure:///0' }],
  pools: [pool],
};
const change = { name: 'p1m0', uid: 'u1', held: true, leaving: false };

function arm(operation: string, status?: number, over: Partial<LoggedRequest> = {}): LoggedRequest {
  const method = operation.split(' ')[0] ?? '';
  return {
    operation,
    method,
    path: '/p',
    correlationId: 'c',
    pool: 'p1m0',
    at: 0,
    ...(status !== undefined && { status }),
    ...over,
  };
}

/** A round in which one claim was made, seen in and deleted, and nothing was wrong. */
const good: Books = {
  claims: [{ kind: 'Machine', name: 'p1m0', uid: 'u1', deletedAt: 110 }],
  history: [
    { ...change, at: 10, type: 'added', held: false },
    { ...change, at: 20, type: 'updated' },
    { ...change, at: 120, type: 'updated', leaving: true },
    { ...change, at: 200, type: 'deleted', leaving: true },
  ],
  samples: [
    { at: 50, pools: [pool] },
    { at: 150, pools: [{ ...pool, state: 'Deleting' }] },
    { at: 210, pools: [] },
  ],
  releases: [{ claim: 'p1m0', pools: [] }],
  requests: [arm('PUT agentPools', 201), arm('LIST agentPools', 200), arm('DELETE agentPools', 202)],
  effectiveFaults: ['fault-1'],
  settled,
  final: { at: 300, claims: [], nodes: [], pools: [] },
  unfinished: [],
  bystanders: [{ what: 'pool userpool', before: { etag: 'a' }, after: { etag: 'a' } }],
  foreignPools: ['userpool'],
  crashes: 1,
  faultHits: 0,
  mayStayWithout: false,
};

const brokenBy = (books: Partial<Books>): readonly string[] => [
  ...new Set(violationsIn(invariants, { ...good, ...books }).map(({ invariant }) => invariant)),
];

test('books of a good round break nothing', () => {
  expect(violationsIn(invariants, good)).toEqual([]);
});

describe('each invariant finds what it is for', () => {
  test.each<[string, string, Partial<Books>]>([
    ['converges', 'something did not come about', { unfinished: ['the claims are up'] }],
    ['no leaked pool', 'a pool is left at the end', { final: { ...good.final, pools: [pool] } }],
    [
      'no leaked pool',
      'a pool of nobody is left',
      { final: { ...good.final, pools: [{ ...pool, claimUid: undefined }] } },
    ],
    [
      'no leaked pool',
      'a pool without a claim stands beside the others',
      { settled: { ...settled, pools: [pool, { ...pool, name: 'other', claimUid: 'u9' }] } },
    ],
    [
      'no double pool',
      'a claim has two pools at once',
      { samples: [{ at: 50, pools: [pool, { ...pool, name: 'k123' }] }] },
    ],
    [
      'no double pool',
      'a second PUT is accepted',
      { requests: [arm('PUT agentPools', 201), arm('PUT agentPools', 200)] },
    ],
    [
      'no double pool',
      'a PUT is accepted after one whose answer was lost',
      { requests: [arm('PUT agentPools', undefined, { faultId: 'fault-1' }), arm('PUT agentPools', 201)] },
    ],
    ['no lost claim', 'a claim is gone', { settled: { ...settled, claims: [], pools: [] } }],
    [
      'no lost claim',
      'a claim is not Ready',
      { settled: { ...settled, claims: [{ name: 'p1m0', uid: 'u1', ready: false, explanation: 'Throttled: wait' }] } },
    ],
    ['no lost claim', 'a Ready claim has no node', { settled: { ...settled, nodes: [] } }],
    ['no lost claim', 'a Ready claim has no pool', { settled: { ...settled, pools: [] } }],
    [
      'no lost claim',
      'somebody else begins to delete a claim',
      { history: [...good.history.slice(0, 2), { ...change, at: 30, type: 'updated', leaving: true }] },
    ],
    [
      'foreign untouched',
      'a pool of others is another',
      { bystanders: [{ what: 'pool userpool', before: { etag: 'a' }, after: { etag: 'b' } }] },
    ],
    [
      'foreign untouched',
      'somebody tried to change a pool of others',
      { requests: [...good.requests, arm('DELETE agentPools', 412, { pool: 'userpool' })] },
    ],
    [
      'no node held',
      'a node is left with our finalizer',
      { final: { ...good.final, nodes: [{ name: 'n', pool: 'p1m0', held: true, providerID: 'x' }] } },
    ],
    [
      'no node held',
      'a node of the round is left',
      { final: { ...good.final, nodes: [{ name: 'n', pool: 'p1m0', held: false, providerID: 'x' }] } },
    ],
    [
      'finalizer last',
      'the release of a claim comes while its pool is there',
      { releases: [{ claim: 'p1m0', pools: [{ ...pool, state: 'Deleting' }] }] },
    ],
    ['finalizer last', 'a pool outlives its claim', { samples: [...good.samples, { at: 220, pools: [pool] }] }],
    [
      'puts bounded',
      'a pool is asked for again and again',
      { requests: [arm('PUT agentPools', 500), arm('PUT agentPools', 500), arm('PUT agentPools', 201)] },
    ],
    [
      'puts bounded',
      'more pools are asked for than there are claims',
      { requests: [...good.requests, arm('PUT agentPools', 409, { pool: 'another' })] },
    ],
  ])('%s: %s', (invariant, _, doctored) => {
    expect(brokenBy(doctored)).toContain(invariant);
  });
});

describe('no invariant complains of', () => {
  test('a PUT after a DELETE, also when the answers to both were lost', () => {
    const lost = { faultId: 'fault-1' };
    const requests = [
      arm('PUT agentPools', 201),
      arm('DELETE agentPools', 202),
      arm('PUT agentPools', undefined, lost),
      arm('DELETE agentPools', undefined, lost),
      arm('PUT agentPools', 201),
    ];
    expect(brokenBy({ requests, crashes: 2, faultHits: 2 })).toEqual([]);
  });

  test('a second PUT that was refused', () => {
    expect(brokenBy({ requests: [arm('PUT agentPools', 201), arm('PUT agentPools', 412)] })).toEqual([]);
  });

  test('a claim without a machine that says why, where the fault allows it', () => {
    const claims = [{ name: 'p1m0', uid: 'u1', ready: false, explanation: 'AllocationFailure: none left' }];
    expect(brokenBy({ settled: { ...settled, claims, nodes: [], pools: [] }, mayStayWithout: true })).toEqual([]);
    const silent = [{ name: 'p1m0', uid: 'u1', ready: false }];
    const mute = { settled: { ...settled, claims: silent, nodes: [], pools: [] }, mayStayWithout: true };
    expect(brokenBy(mute)).toEqual(['no lost claim']);
  });

  test('a claim that was deleted midway', () => {
    const claims = [{ kind: 'Machine' as const, name: 'p1m0', uid: 'u1', deletedAt: 60 }];
    expect(brokenBy({ claims, settled: { ...settled, claims: [], nodes: [], pools: [] } })).toEqual([]);
  });
});
