import type { Fault } from '../plan/fault.ts';

/** The steps of the pod of a training, in order. */
export const STEPS = ['output-check', 'weights', 'data', 'trainer', 'output'] as const;
export type Step = (typeof STEPS)[number];

/** What somebody else does to the cluster while trainings run. */
export type Deed =
  | 'evict a spot machine'
  | 'crash a node for a while'
  | 'crash a node for good'
  | 'delete a node'
  | 'delete a claim'
  | 'delete a pod'
  | 'delete a job'
  | 'delete a job that has ended'
  | 'delete the settings and kill the step'
  | 'run a trainer out of memory'
  | 'kill the provisioner'
  | 'stop the registry for a while'
  | 'edit the output'
  | 'delete a workspace'
  | 'make a workspace anew';

/** What goes wrong in a round with trainings. */
export interface TuningFault extends Fault {
  readonly deed?: Deed;
  /** The first run of this step is killed in each training. */
  readonly kills?: Step;
  /** All trainings are on spot machines. */
  readonly spot?: true;
}

const someWrites = { request: 'any write', times: 3 } as const;
const put = { method: 'PUT', route: 'agentPools' } as const;

/** The faults that are crossed with the crash points. */
export const faults: readonly TuningFault[] = [
  { id: 'none', describe: 'nothing else' },
  { id: 'writes-500', describe: 'the API server fails writes', apiServer: { ...someWrites, do: 500 } },
  { id: 'writes-409', describe: 'the API server sees conflicts in writes', apiServer: { ...someWrites, do: 409 } },
  { id: 'answers-lost', describe: 'answers to writes are lost', apiServer: { ...someWrites, do: 'lose the answer' } },
  {
    id: 'writes-late',
    describe: 'writes are carried out late, perhaps when their caller is dead',
    apiServer: { ...someWrites, do: 'hold it up' },
  },
  {
    id: 'write-hangs',
    describe: 'a write gets no answer until its caller gives up',
    apiServer: { request: 'any write', times: 1, do: 'hang' },
    slow: true,
  },
  {
    id: 'claim-answers-lost',
    describe: 'answers to the creation of claims are lost',
    apiServer: { request: 'create claim', times: 2, do: 'lose the answer' },
  },
  {
    id: 'job-answer-lost',
    describe: 'the answer to the creation of a Job is lost',
    apiServer: { request: 'apply job', times: 1, do: 'lose the answer' },
  },
  {
    id: 'outcome-409',
    describe: 'the API server sees conflicts when it is told how a training ended',
    apiServer: { request: 'training outcome', times: 3, do: 409 },
  },
  {
    id: 'outcome-answer-lost',
    describe: 'the answer is lost when the API server is told how a training ended',
    apiServer: { request: 'training outcome', times: 1, do: 'lose the answer' },
  },
  {
    id: 'outcome-late',
    describe: 'how a training ended is written late',
    apiServer: { request: 'training outcome', times: 1, do: 'hold it up' },
  },
  ...STEPS.map(step => ({ id: `${step}-killed`, describe: `the step ${step} is killed once`, kills: step })),
  { id: 'trainer-oom', describe: 'a trainer runs out of memory', deed: 'run a trainer out of memory' },
  { id: 'spot-evicted', describe: 'a spot machine is taken away', deed: 'evict a spot machine', spot: true },
  { id: 'node-back', describe: 'a node goes down and comes back', deed: 'crash a node for a while' },
  { id: 'node-lost', describe: 'a node goes down and is deleted', deed: 'crash a node for good', slow: true },
  { id: 'node-deleted', describe: 'a node is deleted', deed: 'delete a node' },
  { id: 'claim-deleted', describe: 'somebody deletes a claim', deed: 'delete a claim' },
  { id: 'pod-deleted', describe: 'somebody deletes a pod', deed: 'delete a pod' },
  { id: 'job-deleted', describe: 'somebody deletes a Job', deed: 'delete a job' },
  { id: 'ended-deleted', describe: 'somebody deletes a Job that has ended', deed: 'delete a job that has ended' },
  {
    id: 'settings-deleted',
    describe: 'somebody deletes the ConfigMap of a training, and then the next attempt needs it',
    deed: 'delete the settings and kill the step',
  },
  { id: 'provisioner-killed', describe: 'the provisioner is killed, too', deed: 'kill the provisioner' },
  { id: 'registry-stops', describe: 'the registry does not answer for a while', deed: 'stop the registry for a while' },
  { id: 'output-edited', describe: 'the result is to go elsewhere', deed: 'edit the output' },
  { id: 'workspace-deleted', describe: 'a workspace is deleted', deed: 'delete a workspace' },
  { id: 'workspace-anew', describe: 'a workspace is deleted and made anew', deed: 'make a workspace anew' },
  {
    id: 'azure-throttles',
    describe: 'ARM throttles PUTs for a second',
    azure: [
      {
        match: put,
        times: 2,
        action: { type: 'respond', status: 429, code: 'TooManyRequests', message: 'Slow down.', retryAfterSeconds: 1 },
      },
    ],
  },
  {
    id: 'azure-refuses',
    describe: 'ARM fails PUTs for a while',
    azure: [
      {
        match: put,
        times: 2,
        action: { type: 'respond', status: 500, code: 'InternalServerError', message: 'Something broke.' },
      },
    ],
  },
  {
    id: 'slow-azure',
    describe: 'AKS takes its time',
    timings: { nodeRegisterMs: 1200, operationMs: 1500, deleteMs: 1200, nodeRemoveMs: 800 },
  },
  { id: 'killed-twice', describe: 'the restarted process is killed, too', twice: true },
  { id: 'two-replicas', describe: 'two replicas elect a leader', replicas: 2 },
  {
    id: 'paused-leader',
    describe: 'the leader freezes, and wakes up when another one leads',
    replicas: 2,
    pause: true,
  },
];
