import { labels, workspaces, type Workspace } from '@kaito/crds';
import {
  configMaps,
  controllerRevisions,
  deployments,
  jobs,
  keyOf,
  nodes,
  pods,
  services,
  statefulSets,
  type Cache,
  type ConfigMap,
  type ControllerRevision,
  type Deployment,
  type Informer,
  type Job,
  type KubeObject,
  type Node,
  type Pod,
  type Service,
  type StatefulSet,
} from '@kaito/kube';
import type { ClaimKind } from '../claims/claim-kind.ts';
import { gpuResource } from '../nodes/node-progress.ts';
import { nodePools } from '../render/node-pool.ts';
import { anyLabelledWorkspace, namedConfig, owningWorkspace, podWorkspace } from './ties.ts';
import { trimConfigMap, trimForeign, trimNode } from './trim.ts';

/** Names of the indexes. */
export const byWorkspace = 'workspace';
export const byConfig = 'config';
/** Nodes with GPUs that no workspace has, by their size in lower case, and all of them by `anySize`. */
export const byFreeSize = 'free-size';
export const anySize = '*';

/** The claims of one kind. */
export interface ClaimInformer {
  readonly kind: ClaimKind;
  readonly informer: Informer<KubeObject>;
}

/** Everything that a pass looks at, kept up to date by watches. */
export interface Informers {
  readonly workspaces: Informer<Workspace>;
  /** One for each kind of claim that the API server knows. */
  readonly claims: readonly ClaimInformer[];
  /** Where the API server knows them. */
  readonly nodePools: Informer<KubeObject> | undefined;
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly statefulSets: Informer<StatefulSet>;
  readonly deployments: Informer<Deployment>;
  readonly jobs: Informer<Job>;
  readonly services: Informer<Service>;
  readonly revisions: Informer<ControllerRevision>;
  readonly configMaps: Informer<ConfigMap>;
}

/**
 * Declares the informers of the controller on the shared cache. Claims and pods are restricted to those with the label of a workspace.
 * Services, StatefulSets, Deployments and Jobs are not: one that is not ours but has our name must be noticed, not taken over; of those,
 * only the name is kept.
 */
export function createInformers(
  cache: Cache,
  { claimKinds, withNodePools }: { readonly claimKinds: readonly ClaimKind[]; readonly withNodePools: boolean },
): Informers {
  const labelSelector = labels.workspace;
  const indexers = { [byWorkspace]: anyLabelledWorkspace };
  const children = { [byWorkspace]: owningWorkspace };
  return {
    workspaces: cache.informer(workspaces, { indexers: { [byConfig]: namedConfig } }),
    claims: claimKinds.map(kind => ({ kind, informer: cache.informer(kind.resource, { indexers }) })),
    nodePools: withNodePools ? cache.informer(nodePools, { indexers }) : undefined,
    nodes: cache.informer(nodes, {
      indexers: { ...indexers, [byFreeSize]: freeSize },
      transform: trimNode,
    }),
    pods: cache.informer(pods, { labelSelector, indexers: { [byWorkspace]: podWorkspace } }),
    statefulSets: cache.informer(statefulSets, { transform: trimForeign<StatefulSet> }),
    deployments: cache.informer(deployments, { transform: trimForeign<Deployment> }),
    jobs: cache.informer(jobs, { transform: trimForeign<Job> }),
    services: cache.informer(services, { transform: trimForeign<Service> }),
    revisions: cache.informer(controllerRevisions, { labelSelector: labels.revisionOf, indexers: children }),
    configMaps: cache.informer(configMaps, { transform: trimConfigMap }),
  };
}

/** The index values of a node that has GPUs and that no workspace has; none for all others. */
function freeSize(node: Node): readonly string[] {
  const size = node.metadata.labels?.[labels.instanceType]?.toLowerCase();
  const gpus = Number(node.status?.allocatable?.[gpuResource] ?? 0);
  const isFree = anyLabelledWorkspace(node).length === 0;
  return size !== undefined && gpus > 0 && isFree ? [size, anySize] : [];
}

/** The workspace that owns the object, or that it keeps from having an object of its name. */
export function childWorkspace({ workspaces: known }: Informers, object: KubeObject): readonly string[] {
  const owners = owningWorkspace(object);
  if (owners.length > 0) return owners;
  const { name, namespace } = object.metadata;
  const keys = [name, name.replace(/-(?:headless|tuning|adapters)$/, '')].map(one =>
    keyOf({ metadata: { name: one, namespace } }),
  );
  return keys.filter(key => known.get(key) !== undefined).slice(0, 1);
}
