import type { Workspace } from '@kaito/crds';
import type { ConfigMap, Deployment, Job, KubeObject, Node, Pod, Service, StatefulSet } from '@kaito/kube';
import type { ModelLookup } from '@kaito/planner';
import type { TrainingReport } from './status/tuning/training-log.ts';
import type { Claim } from './claims/claim.ts';
import type { AdapterReports } from './observe/adapter-reports.ts';

/** Whose a node is, seen from one workspace. */
export type NodeTie =
  /** Made for a claim of the workspace. */
  | 'claimed'
  /** Found in the cluster and reserved for the workspace. */
  | 'reserved'
  /** Matches what the workspace asks for, and nobody has it. */
  | 'free'
  /** Brought by the user, whose labels alone decide. */
  | 'brought';

/** A node, as one workspace sees it. */
export interface ObservedNode {
  readonly node: Node;
  readonly tie: NodeTie;
}

/** A ConfigMap that a workspace names. */
export type ObservedConfig =
  | { readonly state: 'none' }
  | { readonly state: 'missing'; readonly name: string }
  /** It is there, without the key that counts. */
  | { readonly state: 'empty'; readonly name: string; readonly key: string }
  | { readonly state: 'read'; readonly name: string; readonly text: string; readonly hash: string };

/** A Secret that a workspace names. Of its content only the keys are known. */
export interface ObservedSecret {
  readonly name: string;
  /** Absent: there is no such Secret. */
  readonly keys?: readonly string[];
}

/** What there is of a workspace at one moment; all from caches. */
export interface Observed {
  readonly workspace: Workspace;
  /** Its claims of every kind, sorted by name. */
  readonly claims: readonly Claim[];
  /** The NodePool that was made for it, with Karpenter. */
  readonly nodePool: KubeObject | undefined;
  readonly nodes: readonly ObservedNode[];
  /** Those of its workload; of a training that of the present attempt. */
  readonly pods: readonly Pod[];
  /** The objects of the workspace's own name, whoever owns them. */
  readonly statefulSet: StatefulSet | undefined;
  readonly service: Service | undefined;
  readonly headlessService: Service | undefined;
  /** With the adapters of servers that load them while they run. */
  readonly adapterList?: ConfigMap | undefined;
  /** Of an earlier version, which served from Deployments. */
  readonly deployment: Deployment | undefined;
  /** Of a training, with the settings that were made for it. */
  readonly job: Job | undefined;
  readonly trainingConfig: ConfigMap | undefined;
  /** What the trainer last said of itself, where it was asked. */
  readonly training?: TrainingReport | undefined;
  /** The model of its preset; undefined for a template. */
  readonly model: ModelLookup | undefined;
  readonly config: ObservedConfig;
  readonly secrets: readonly ObservedSecret[];
  /** The last lines that the server wrote, where a pod has failed and they were fetched. */
  readonly logTail: string | undefined;
  /** What pods have said of their adapters. */
  readonly adapterReports?: AdapterReports;
  /** The newest Warning Events of its StatefulSet and pods, where they are read. */
  readonly warnings?: readonly ObservedWarning[];
}

/** A Warning Event of the cluster, such as FailedMount. */
export interface ObservedWarning {
  readonly reason: string;
  readonly message: string;
}
