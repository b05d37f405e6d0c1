import { isTrue, labels, machines, nodeClaims, workspaces } from '@kaito/crds';
import type { Machine, NodeClaim, Workspace } from '@kaito/crds';
import { deployments, nodes, pods, services, statefulSets } from '@kaito/kube';
import type { Cache, Deployment, KubeObject, Node, Pod, Resource, Service, StatefulSet } from '@kaito/kube';

/** Where the rounds' objects are. */
export const namespace = 'default';

/** The pods to which a Service sends requests (Kubernetes API reference, EndpointSlice v1), as far as rounds care. */
export interface EndpointSlice extends KubeObject {
  /** `null` where there is none. */
  readonly endpoints?:
    | null
    | readonly {
        readonly conditions?: { readonly ready?: boolean };
        readonly targetRef?: { readonly name?: string };
      }[];
}

const endpointSlices: Resource<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
};

/** A claim of either kind. */
export type ClaimObject = Machine | NodeClaim;
/** What runs the pods of a workspace. */
export type Workload = StatefulSet | Deployment;

/** What a view shows. */
export const watchedKinds: readonly Resource[] = [
  workspaces,
  machines,
  nodeClaims,
  nodes,
  statefulSets,
  deployments,
  services,
  pods,
  endpointSlices,
];

/** The objects of a round, as the watches show them. */
export class View {
  readonly cache: Cache;
  readonly #names: ReadonlySet<string>;

  /** @param names of the round's workspaces */
  constructor(cache: Cache, names: readonly string[]) {
    this.cache = cache;
    this.#names = new Set(names);
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  workspace(name: string): Workspace | undefined {
    return this.cache.informer(workspaces).get(`${namespace}/${name}`);
  }

  /** Claims of one workspace. */
  claims(workspace: string): readonly ClaimObject[] {
    return [...this.cache.informer(machines).list(), ...this.cache.informer(nodeClaims).list()].filter(
      claim => workspaceOf(claim) === workspace,
    );
  }

  nodes(workspace: string): readonly Node[] {
    return this.cache
      .informer(nodes)
      .list()
      .filter(node => workspaceOf(node) === workspace);
  }

  pods(workspace: string): readonly Pod[] {
    return this.cache
      .informer(pods)
      .list()
      .filter(pod => workspaceOf(pod) === workspace);
  }

  workload(name: string): Workload | undefined {
    const key = `${namespace}/${name}`;
    return this.cache.informer(statefulSets).get(key) ?? this.cache.informer(deployments).get(key);
  }

  service(name: string): Service | undefined {
    return this.cache.informer(services).get(`${namespace}/${name}`);
  }

  /** Names of the pods to which the Service of that name sends requests. */
  served(service: string): readonly string[] {
    return this.cache
      .informer(endpointSlices)
      .list()
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service)
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready === true)
      .map(({ targetRef }) => targetRef?.name ?? '');
  }
}

/** Name of the workspace of the rounds' namespace to which an object of that namespace, or of none, belongs by its labels. */
export function workspaceOf({ metadata }: Pick<KubeObject, 'metadata'>): string | undefined {
  const of = metadata.namespace ?? metadata.labels?.[labels.workspaceNamespace];
  return of === namespace ? metadata.labels?.[labels.workspace] : undefined;
}

/** Whether a pod can answer, and is there to stay. */
export function isServing(pod: Pod): boolean {
  return isTrue(pod, 'Ready') && pod.metadata.deletionTimestamp === undefined;
}
