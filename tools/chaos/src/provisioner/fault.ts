import { replicaFaults } from '../plan/common-faults.ts';
import type { Fault } from '../plan/fault.ts';

/** What goes wrong in a round with the provisioner. */
export interface ProvisionerFault extends Fault {
  /** What somebody does while the process is dead. */
  readonly whileDead?: 'delete a claim' | 'delete a node';
  /** A claim may end up without a machine and say why. */
  readonly mayStayWithout?: true;
}

const put = { method: 'PUT', route: 'agentPools' } as const;
const internal = { type: 'respond', status: 500, code: 'InternalServerError', message: 'Something broke.' } as const;

/** The faults that are crossed with the crash points. */
export const faults: readonly ProvisionerFault[] = [
  { id: 'none', describe: 'nothing else' },
  {
    id: 'put-throttled',
    describe: 'ARM throttles a PUT for a second',
    azure: [
      {
        match: put,
        times: 2,
        action: { type: 'respond', status: 429, code: 'TooManyRequests', message: 'Slow down.', retryAfterSeconds: 1 },
      },
    ],
  },
  {
    id: 'put-500-with-effect',
    describe: 'ARM makes the pool and answers 500',
    azure: [{ match: put, action: { ...internal, effect: true } }],
  },
  {
    id: 'put-answer-lost',
    describe: 'ARM makes the pool and its answer is lost',
    azure: [{ match: put, action: { type: 'reset', effect: true } }],
  },
  {
    id: 'delete-answer-lost',
    describe: 'ARM deletes the pool and its answer is lost',
    azure: [{ match: { method: 'DELETE', route: 'agentPools' }, times: 2, action: { type: 'reset', effect: true } }],
  },
  {
    id: 'allocation-failed',
    describe: 'ARM accepts a pool and finds no capacity for it',
    azure: [
      {
        match: put,
        action: { type: 'failOperation', code: 'AllocationFailed', message: 'Allocation failed. No capacity.' },
      },
    ],
    mayStayWithout: true,
  },
  {
    id: 'stale-list',
    describe: 'ARM lists the pools of two seconds ago',
    azure: [{ match: { method: 'LIST', route: 'agentPools' }, times: 6, action: { type: 'stale', ms: 2000 } }],
  },
  {
    id: 'list-500',
    describe: 'ARM cannot list pools for a while',
    azure: [{ match: { method: 'LIST', route: 'agentPools' }, times: 2, action: internal }],
  },
  {
    id: 'status-500',
    describe: 'the API server fails status patches',
    apiServer: { request: 'claim status', do: 500, times: 3 },
  },
  {
    id: 'status-409',
    describe: 'the API server sees conflicts in status patches',
    apiServer: { request: 'claim status', do: 409, times: 3 },
  },
  {
    id: 'status-answer-lost',
    describe: 'answers to status patches are lost',
    apiServer: { request: 'claim status', do: 'lose the answer', times: 2 },
  },
  {
    id: 'release-answer-lost',
    describe: 'the answer to the release of a claim is lost',
    apiServer: { request: 'release claim', do: 'lose the answer', times: 1 },
  },
  { id: 'claim-deleted', describe: 'a claim is deleted while the process is dead', whileDead: 'delete a claim' },
  { id: 'node-deleted', describe: 'a node is deleted while the process is dead', whileDead: 'delete a node' },
  {
    id: 'slow-operations',
    describe: 'AKS takes its time',
    timings: { nodeRegisterMs: 1200, operationMs: 1500, deleteMs: 1200, nodeRemoveMs: 800 },
  },
  ...replicaFaults,
];
