import { apiServerFaults, azureThrottles, replicaFaults, slowAzure } from '../plan/common-faults.ts';
import type { Fault } from '../plan/fault.ts';

/** What somebody else does to the cluster while the controller is down or has just come back. */
export type Deed =
  | 'delete a node'
  | 'let a node fail for a while'
  | 'delete a claim'
  | 'let a pod fail'
  | 'let a pod be unready for a while'
  | 'delete a pod'
  | 'delete a workload'
  | 'delete a service'
  | 'edit the adapters'
  | 'edit an annotation'
  | 'name a config'
  | 'edit the config'
  | 'take the name of a workload'
  | 'delete a workspace'
  | 'make a workspace anew';

/** What goes wrong in a round with the workspace controller. */
export interface WorkspaceFault extends Fault {
  readonly deed?: Deed;
  /** The size of the nodes, where the usual one does not do. */
  readonly instanceType?: string;
  /** The workspaces have settings of their own from the start. */
  readonly configured?: true;
}

/** Settings are for the server of today's base image, which this size gets. */
const AMPERE = 'Standard_NC24ads_A100_v4';

/** The faults that are crossed with the crash points. */
export const faults: readonly WorkspaceFault[] = [
  ...apiServerFaults,
  {
    id: 'status-409',
    describe: 'the API server sees conflicts in status patches',
    apiServer: { request: 'workspace status', times: 3, do: 409 },
  },
  {
    id: 'release-answer-lost',
    describe: 'the answer to the release of a workspace is lost',
    apiServer: { request: 'release workspace', times: 1, do: 'lose the answer' },
  },
  { id: 'node-deleted', describe: 'a node is deleted', deed: 'delete a node' },
  { id: 'node-failed', describe: 'a node is not Ready for a while', deed: 'let a node fail for a while' },
  { id: 'claim-deleted', describe: 'somebody deletes a claim', deed: 'delete a claim' },
  { id: 'pod-failed', describe: 'a pod is evicted', deed: 'let a pod fail' },
  { id: 'pod-unready', describe: 'a pod is unready for a while', deed: 'let a pod be unready for a while' },
  { id: 'pod-deleted', describe: 'somebody deletes a pod', deed: 'delete a pod' },
  { id: 'workload-deleted', describe: 'somebody deletes a workload', deed: 'delete a workload' },
  { id: 'service-deleted', describe: 'somebody deletes a Service', deed: 'delete a service' },
  { id: 'adapters-edited', describe: 'adapters are added to a workspace', deed: 'edit the adapters' },
  { id: 'annotation-edited', describe: 'a workspace is to have a load balancer', deed: 'edit an annotation' },
  { id: 'config-named', describe: 'a workspace gets settings of its own', deed: 'name a config', instanceType: AMPERE },
  {
    id: 'config-edited',
    describe: 'the settings of a workspace change',
    deed: 'edit the config',
    instanceType: AMPERE,
    configured: true,
  },
  {
    id: 'name-taken',
    describe: 'somebody puts a StatefulSet of their own in the place of that of a workspace, for a while',
    deed: 'take the name of a workload',
  },
  { id: 'workspace-deleted', describe: 'a workspace is deleted', deed: 'delete a workspace' },
  { id: 'workspace-anew', describe: 'a workspace is deleted and made anew', deed: 'make a workspace anew' },
  slowAzure,
  azureThrottles,
  ...replicaFaults,
];
