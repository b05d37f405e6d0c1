import { violationsIn } from '../../verdict.ts';
import type { Adapter, OurTraining, Result, SeenJob, TuningBooks } from '../books/books.ts';
import { invariants } from './invariants.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const lineage = { base: 'b', config: 'c', data: 'd', workspace: 'default/undisturbed' };
const undisturbed: Adapter = { weights: 'w', lineage };
const own = { ...lineage, workspace: 'default/p1-t0' };
const training: OurTraining = {
  name: 'p1-t0',
  uid: 'u1',
  nodes: 1,
  nameTaken: false,
  kind: 'image',
  edits: 0,
  killed: false,
  deletedAt: 200,
};
const refused: OurTraining = { ...training, kind: 'push refused' };
const job: SeenJob = { uid: 'j1', name: 'p1-t0', owner: 'u1', of: 'o1', version: 10, backoffLimit: 1 };
const result: Result = {
  training,
  told: { digest, lineage: own },
  found: { digest, weights: 'w', lineage: own },
};
const attempt = { uid: 'a1', job: 'j1', disrupted: false };
const run = { owner: 'u1', pod: 'a1', first: 0, last: 12, checkpoint: 10 };
const empty = { at: 300, workspaces: new Map(), claims: [], pools: [], nodes: [], children: [], pods: [] };

/** A round in which everything went as it should. */
const good: TuningBooks = {
  workspaces: [training],
  trainings: [training],
  jobs: [job],
  claimsMade: [{ uid: 'm1', name: 'ws1', workspace: 'p1-t0' }],
  attempts: [attempt, { ...attempt, uid: 'a2' }, { ...attempt, uid: 'a3', disrupted: true }],
  outcomes: [{ owner: 'u1', of: 'o1', outcome: 'Succeeded', version: 20 }],
  runs: [run, { ...run, pod: 'a2', first: 10, last: 20 }, { ...run, owner: 'u2', first: 0 }],
  results: [result],
  tags: [{ tag: 'private/p1-t0-0:1', training, workspace: 'default/p1-t0' }],
  undisturbed: { image: undisturbed, volume: { ...undisturbed, lineage: { ...lineage, config: 'checkpoints' } } },
  jobsDeleted: 0,
  history: [],
  alive: [],
  releases: [],
  children: [{ kind: 'Job', name: 'p1-t0', uid: 'j1', owner: 'u1' }],
  wronglyServed: [],
  requests: [],
  settled: { ...empty, at: 100, workspaces: new Map([['p1-t0', 'u1']]) },
  final: empty,
  unfinished: [],
  bystanders: [],
  crashes: 1,
  faultHits: 0,
  deeds: 0,
  writes: 40,
};

const broken = (books: Partial<TuningBooks>): readonly string[] => [
  ...new Set(violationsIn(invariants, { ...good, ...books }).map(({ invariant }) => invariant)),
];
const withResult = (part: Partial<Result>): Partial<TuningBooks> => ({ results: [{ ...result, ...part }] });

test('a good round breaks no promise', () => {
  expect(violationsIn(invariants, good)).toEqual([]);
});

const cases: readonly (readonly [string, Partial<TuningBooks>, readonly string[]])[] = [
  ['a result that is not there', withResult({ found: undefined }), ['exact result']],
  ['another digest than is told', withResult({ told: { digest: 'sha256:1', lineage: own } }), ['exact result']],
  ['other weights', withResult({ found: { digest, weights: 'x', lineage: own } }), ['exact result']],
  ['another lineage', withResult({ told: { digest, lineage } }), ['exact result']],
  ['a result of what cannot succeed', withResult({ training: refused }), ['exact result']],
  ['a tag that another workspace pushed', { tags: [{ tag: 't', training, workspace: 'default/p1-t1' }] }, ['own tag']],
  [
    'a tag of what cannot succeed',
    { tags: [{ tag: 't', training: refused, workspace: 'default/p1-t0' }] },
    ['own tag'],
  ],
  [
    'a Job that is made after the end',
    { jobs: [job, { ...job, uid: 'j2', version: 30 }], jobsDeleted: 1 },
    ['begun once'],
  ],
  ['a second Job of a training', { jobs: [job, { ...job, uid: 'j2', version: 15 }] }, ['begun once']],
  [
    'an end that is taken back',
    { outcomes: [...good.outcomes, { owner: 'u1', of: 'o1', outcome: 'Failed', version: 25 }] },
    ['begun once'],
  ],
  [
    'an attempt too many',
    { attempts: [1, 2, 3].map(index => ({ ...attempt, uid: `a${index}` })) },
    ['attempts bounded'],
  ],
  [
    'a second attempt at what cannot succeed',
    { trainings: [{ ...refused, deletedAt: 200 }], results: [], tags: [] },
    ['attempts bounded'],
  ],
  [
    'a checkpoint that is not gone on from',
    {
      runs: [
        { ...run, last: 10 },
        { ...run, pod: 'a2', first: 5 },
      ],
    },
    ['goes on'],
  ],
  [
    'steps that are lost',
    {
      runs: [
        { ...run, last: 18 },
        { ...run, pod: 'a2', first: 10 },
      ],
    },
    ['goes on'],
  ],
  [
    'a node that is asked for again and again',
    { claimsMade: [1, 2, 3].map(index => ({ uid: `m${index}`, name: 'ws1', workspace: 'p1-t0' })), deeds: 1 },
    ['claims bounded'],
  ],
  ['hot writes', { writes: 500 }, ['writes bounded']],
  ['a pod that is left', { final: { ...empty, pods: ['p1-t0-x'] } }, ['nothing left']],
];

test.each(cases)('%s breaks a promise', (_, books, promises) => {
  expect(broken(books)).toEqual(promises);
});

test('a Job that somebody deleted is made once more, and a killed step is tried again', () => {
  expect(broken({ jobs: [job, { ...job, uid: 'j2', version: 15 }], jobsDeleted: 1 })).toEqual([]);
  const killed = { ...refused, killed: true };
  expect(broken({ trainings: [killed], results: [], tags: [] })).toEqual([]);
});

test('what lies on a volume is compared with what came to a volume', () => {
  const onVolume: OurTraining = { ...training, kind: 'volume' };
  const of = { ...own, config: 'checkpoints' };
  const kept = { training: onVolume, told: { digest, lineage: of }, found: { digest: '', weights: 'w', lineage: of } };
  expect(broken({ results: [kept] })).toEqual([]);
  expect(broken({ results: [{ ...kept, told: { digest: undefined, lineage: of } }] })).toEqual(['exact result']);
});
