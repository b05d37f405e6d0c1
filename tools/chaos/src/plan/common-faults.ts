import type { Fault } from './fault.ts';

const someWrites = { request: 'any write', times: 3 } as const;

/** None, and what the API server does to the writes of a controller that asks for nodes by claims. */
export const apiServerFaults: readonly Fault[] = [
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
];

/** ARM, which asks for patience. */
export const azureThrottles: Fault = {
  id: 'azure-throttles',
  describe: 'ARM throttles PUTs for a second',
  azure: [
    {
      match: { method: 'PUT', route: 'agentPools' },
      times: 2,
      action: { type: 'respond', status: 429, code: 'TooManyRequests', message: 'Slow down.', retryAfterSeconds: 1 },
    },
  ],
};

/** AKS takes longer than a controller's calls. */
export const slowAzure: Fault = {
  id: 'slow-azure',
  describe: 'AKS takes its time',
  timings: { nodeRegisterMs: 1200, operationMs: 1500, deleteMs: 1200, nodeRemoveMs: 800 },
};

/** What happens to the processes of a controller beside the kill at the crash point. */
export const replicaFaults: readonly Fault[] = [
  { id: 'killed-twice', describe: 'the restarted process is killed, too', twice: true },
  { id: 'two-replicas', describe: 'two replicas elect a leader', replicas: 2 },
  {
    id: 'paused-leader',
    describe: 'the leader freezes, and wakes up when another one leads',
    replicas: 2,
    pause: true,
  },
];
