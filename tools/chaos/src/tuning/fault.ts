import { apiServerFaults, azureThrottles, replicaFaults, slowAzure } from '../plan/common-faults.ts';
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

const put = { method: 'PUT', route: 'agentPools' } as const;

/** The faults that are crossed with the crash points. */
export const faults: readonly TuningFault[] = [
  ...apiServerFaults,
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
  azureThrottles,
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
  slowAzure,
  ...replicaFaults,
];
