import type { LoggedRequest } from '@kaito/emulator';
import { violationsIn } from '../../verdict.ts';
import type { Books, OurWorkspace, Snapshot } from '../books/books.ts';
import { invariants } from './invariants.ts';

const workspace: OurWorkspace = { name: 'p1-w0', uid: 'u1', nodes: 1, nameTaken: false, deletedAt: 200 };
const claim = { name: 'ws1', workspace: 'p1-w0', ready: true, leaving: false };
const pool = { name: 'ws1', workspace: 'p1-w0', state: 'Succeeded' };
const child = { kind: 'StatefulSet', name: 'p1-w0', uid: 'c1', owner: 'u1' };
const empty: Snapshot = { at: 300, workspaces: new Map(), claims: [], pools: [], nodes: [], children: [], pods: [] };
const put: LoggedRequest = {
  operation: 'PUT agentPools',
  method: 'PUT',
  path: '/p',
  status: 201,
  correlationId: 'c',
  pool: 'ws1',
  at: 0,
};

/** A round in which everything went as it should. */
const good: Books = {
  workspaces: [workspace],
  history: [
    { at: 10, type: 'added', name: 'p1-w0', uid: 'u1', leaving: false },
    { at: 210, type: 'updated', name: 'p1-w0', uid: 'u1', leaving: true },
    { at: 280, type: 'deleted', name: 'p1-w0', uid: 'u1', leaving: true },
  ],
  alive: [{ at: 50, workspace: 'p1-w0', claims: ['ws1'], pools: ['ws1'] }],
  releases: [{ workspace: 'p1-w0', claims: [], pools: [] }],
  children: [child, { ...child, kind: 'Service', name: 'p1-w0-headless' }],
  wronglyServed: [{ service: 'p1-w0', pod: 'p1-w0-0', forMs: 400 }],
  requests: [put],
  settled: { ...empty, at: 100, workspaces: new Map([['p1-w0', 'u1']]), claims: [claim], pools: [pool] },
  final: empty,
  unfinished: [],
  bystanders: [{ what: 'a pool', before: { count: 1 }, after: { count: 1 } }],
  crashes: 1,
  faultHits: 0,
  deeds: 0,
  writes: 40,
};

const broken = (books: Partial<Books>): readonly string[] => [
  ...new Set(violationsIn(invariants, { ...good, ...books }).map(({ invariant }) => invariant)),
];

test('a good round breaks no promise', () => {
  expect(violationsIn(invariants, good)).toEqual([]);
});

const cases: readonly (readonly [string, Partial<Books>, readonly string[]])[] = [
  ['something that did not come about', { unfinished: ['not within 60 s'] }, ['converges']],
  [
    'two claims for one node',
    { alive: [{ at: 50, workspace: 'p1-w0', claims: ['ws1', 'ws2'], pools: [] }] },
    ['no extra node'],
  ],
  [
    'two pools for one node',
    { alive: [{ at: 50, workspace: 'p1-w0', claims: [], pools: ['ws1', 'ws2'] }] },
    ['no extra node'],
  ],
  [
    'a claim for a workspace whose name is taken',
    { workspaces: [{ ...workspace, nameTaken: true }], requests: [] },
    ['no extra node'],
  ],
  ['a pool that is made once more', { requests: [put, put] }, ['no extra node']],
  ['a workspace that somebody else deletes', { workspaces: [{ ...workspace, deletedAt: 250 }] }, ['no lost workspace']],
  [
    'a workspace that is gone too early',
    { settled: { ...good.settled, workspaces: new Map(), claims: [] } },
    ['no lost workspace'],
  ],
  [
    'a claim without its workspace',
    { settled: { ...good.settled, claims: [claim, { ...claim, workspace: 'p1-w1' }] } },
    ['no lost workspace'],
  ],
  [
    'an object of somebody else that was changed',
    { bystanders: [{ what: 'a pool', before: 1, after: 2 }] },
    ['foreign untouched'],
  ],
  [
    'an unready pod that is served for long',
    { wronglyServed: [{ service: 'p1-w0', pod: 'p1-w0-0', forMs: 3500 }] },
    ['only ready pods served'],
  ],
  [
    'a release while there is a claim',
    { releases: [{ workspace: 'p1-w0', claims: ['ws1'], pools: [] }] },
    ['finalizer last'],
  ],
  [
    'a release while there is a pool',
    { releases: [{ workspace: 'p1-w0', claims: [], pools: ['ws1'] }] },
    ['finalizer last'],
  ],
  ['a workload of nobody', { children: [{ ...child, owner: undefined }] }, ['owned children']],
  ['a workload of an unknown workspace', { children: [{ ...child, owner: 'u9' }] }, ['owned children']],
  ['hot writes', { writes: 500 }, ['writes bounded']],
  ['a child that is left', { final: { ...empty, children: [child] } }, ['nothing left']],
  ['a node that is left', { final: { ...empty, nodes: ['aks-ws1-0'] } }, ['nothing left']],
];

test.each(cases)('%s breaks a promise', (_, books, promises) => {
  expect(broken(books)).toEqual(promises);
});

test('a pool may be made once more for each deed that took one away', () => {
  expect(broken({ requests: [put, put], deeds: 1 })).toEqual([]);
});
