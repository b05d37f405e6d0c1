import { labels, workspaces, type Workspace } from '@kaito/crds';
import {
  deployments,
  keyOf,
  nodes,
  pods,
  services,
  type Cache,
  type Deployment,
  type Informer,
  type KubeObject,
  type Node,
  type Pod,
  type Service,
} from '@kaito/kube';
import type { ClaimKind } from '../../claims/claim-kind.ts';

/** Name of the index by the key of the workspace that an object says it belongs to. */
export const byWorkspace = 'workspace';

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
  readonly nodes: Informer<Node>;
  readonly deployments: Informer<Deployment>;
  readonly services: Informer<Service>;
  readonly pods: Informer<Pod>;
}

/**
 * The keys of the workspaces that a cluster-scoped object names by its labels: one, or none.
 */
export function labelledWorkspace({ metadata }: KubeObject): readonly string[] {
  const name = metadata.labels?.[labels.workspace];
  const namespace = metadata.labels?.[labels.workspaceNamespace];
  return name && namespace ? [keyOf({ metadata: { name, namespace } })] : [];
}

/** The key of the workspace that a pod names by its label; it is in the pod's own namespace. */
export function podWorkspace({ metadata }: KubeObject): readonly string[] {
  const name = metadata.labels?.[labels.workspace];
  return name ? [keyOf({ metadata: { name, namespace: metadata.namespace } })] : [];
}

/** The key of the workspace that controls an object of its namespace. */
export function owningWorkspace({ metadata }: KubeObject): readonly string[] {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const isOurs = owner?.kind === workspaces.kind && owner.apiVersion.startsWith(`${workspaces.group}/`);
  return isOurs ? [keyOf({ metadata: { name: owner.name, namespace: metadata.namespace } })] : [];
}

/**
 * Declares the informers of the controller on the shared cache. Claims, nodes and pods are restricted to those with the label of a
 * workspace. Services and Deployments are not: one that is not ours but has our name must be noticed, not taken over.
 */
export function createInformers(cache: Cache, kinds: readonly ClaimKind[]): Informers {
  const labelSelector = labels.workspace;
  return {
    workspaces: cache.informer(workspaces),
    claims: kinds.map(kind => ({
      kind,
      informer: cache.informer(kind.resource, { labelSelector, indexers: { [byWorkspace]: labelledWorkspace } }),
    })),
    nodes: cache.informer(nodes, { labelSelector, indexers: { [byWorkspace]: labelledWorkspace } }),
    pods: cache.informer(pods, { labelSelector, indexers: { [byWorkspace]: podWorkspace } }),
    deployments: cache.informer(deployments),
    services: cache.informer(services),
  };
}
