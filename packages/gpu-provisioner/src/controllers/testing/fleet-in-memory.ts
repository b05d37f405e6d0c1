import type { AgentPool, Cluster, ClusterInfo } from '@kaito/azure';
import { finalizers, labels } from '@kaito/crds';
import { ApiError, createMetrics, keyOf } from '@kaito/kube';
import type { Client, Clock, Indexer, Informer, KubeObject, Logger, Node, Resource } from '@kaito/kube';
import { dialects } from '../../claims/dialects.ts';
import type { ClaimKind, ClaimObject } from '../../claims/claim.ts';
import { tagsFor } from '../../pools/ownership.ts';
import { slotOf } from '../../pools/pool-name.ts';
import type { PoolSnapshot } from '../../pools/pool-poller.ts';
import { anAgentPool, PoolsInMemory } from '../../testing/stand-ins.ts';
import { nodeIndexers } from '../claim/observed-nodes.ts';
import { DisruptionMetrics } from '../disruption-metrics.ts';
import type { FleetCaches } from '../fleet.ts';

// A cluster and its Azure side in memory, for unit tests of those who look after the fleet. The API server's own state and
// what the caches know of it are two things here, and so are the pools and the newest LIST of them: a test says when one
// catches up with the other.

/** One kind as a cache knows it. */
class StillInformer<T extends KubeObject> implements Informer<T> {
  readonly resource: Resource<T>;
  readonly #indexers: Readonly<Record<string, Indexer<T>>>;
  objects: ReadonlyMap<string, T> = new Map();
  synced = true;

  constructor(resource: Resource<T>, indexers: Readonly<Record<string, Indexer<T>>>) {
    this.resource = resource;
    this.#indexers = indexers;
  }

  get(key: string): T | undefined {
    return this.objects.get(key);
  }

  list(): readonly T[] {
    return [...this.objects.values()];
  }

  byIndex(index: string, value: string): readonly T[] {
    const indexer = this.#indexers[index];
    if (!indexer) throw new RangeError(`no index ${index}`);
    return this.list().filter(object => [...indexer(object)].includes(value));
  }

  onEvent(): () => void {
    return () => {};
  }

  hasSynced(): boolean {
    return this.synced;
  }

  addIndexers(): void {}
}

/** What the parts under test take, but for their own metrics. */
export interface FleetServices {
  readonly clock: Clock;
  readonly agentPools: PoolsInMemory;
  readonly caches: FleetCaches;
  readonly poller: { readonly latest: PoolSnapshot | undefined; readonly failure: Error | undefined };
  readonly events: { record(object: KubeObject, event: { readonly reason: string; readonly message: string }): void };
  readonly disruptions: DisruptionMetrics;
  readonly cluster: Cluster;
  readonly client: Client;
}

type Stored = Map<string, KubeObject>;

/** A cluster with claims, nodes and agent pools. */
export class FleetInMemory {
  readonly clock: Clock;
  readonly azure = new PoolsInMemory();
  readonly informers;
  readonly caches: FleetCaches;
  readonly poller: { latest: PoolSnapshot | undefined; failure: Error | undefined } = {
    latest: undefined,
    failure: undefined,
  };
  readonly metrics = createMetrics({ processMetrics: false });
  readonly disruptions = new DisruptionMetrics(this.metrics);
  /** `object reason message` of each Event. */
  readonly recorded: string[] = [];
  readonly events = {
    record: ({ metadata }: KubeObject, event: { readonly reason: string; readonly message: string }): void => {
      this.recorded.push(`${metadata.name} ${event.reason} ${event.message}`);
    },
  };
  /** `message` and its metadata of each line above debug. */
  readonly lines: { readonly message: string; readonly meta: object }[] = [];
  readonly logger: Logger;
  /** `kind/name` of everything that was deleted at the API server, in order. */
  readonly deletions: string[] = [];
  /** Thrown by the next call of the API server. */
  apiFault: ApiError | undefined;
  clusterReads = 0;
  cluster: ClusterInfo = {
    id: '/clusters/aks',
    name: 'aks',
    location: 'eastus',
    provisioningState: 'Succeeded',
    powerState: 'Running',
    nodeResourceGroup: 'MC_a-group_a-cluster_eastus',
  };
  clusterFault: Error | undefined;
  /** The API server's own state, by kind. */
  readonly etcd: Readonly<Record<ClaimKind | 'Node', Stored>> = {
    Machine: new Map(),
    NodeClaim: new Map(),
    Node: new Map(),
  };

  constructor(clock: Clock) {
    this.clock = clock;
    const claims = (kind: ClaimKind): StillInformer<ClaimObject> =>
      new StillInformer(dialects[kind].resource, {
        pool: ({ metadata }) => [slotOf({ kind, name: metadata.name }).pool],
      });
    const nodeResource: Resource<Node> = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false };
    this.informers = {
      Machine: claims('Machine'),
      NodeClaim: claims('NodeClaim'),
      Node: new StillInformer<Node>(nodeResource, nodeIndexers),
    };
    const { Machine, NodeClaim, Node: nodes } = this.informers;
    this.caches = { claims: { Machine, NodeClaim }, nodes };
    const line = (message: string, meta: object = {}): void => {
      this.lines.push({ message, meta });
    };
    this.logger = { error: line, warn: line, info: line, debug() {}, child: () => this.logger };
  }

  /** The services that the parts under test take. */
  get services(): FleetServices {
    const { clock, azure, caches, poller, events, disruptions } = this;
    const cluster = {
      get: () => {
        this.clusterReads += 1;
        return this.clusterFault ? Promise.reject(this.clusterFault) : Promise.resolve(this.cluster);
      },
    };
    return { clock, agentPools: azure, caches, poller, events, disruptions, cluster, client: this.#client() };
  }

  /** Puts an object of a known kind into the API server; the caches do not know of it yet. */
  put(object: ClaimObject | Node): void {
    this.#stored(object.kind).set(object.metadata.name, object);
  }

  /** The caches catch up with the API server. */
  sync(): void {
    for (const kind of ['Machine', 'NodeClaim', 'Node'] as const) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- objects are put under their own kind
      this.informers[kind].objects = new Map(this.etcd[kind]) as never;
    }
  }

  /** A LIST that shows the pools as they are. */
  list(pools: ReadonlyMap<string, AgentPool> = this.azure.pools): void {
    this.poller.failure = undefined;
    this.poller.latest = { askedAt: this.clock.monotonic(), pools: new Map(pools) };
  }

  /** The lines with this message. */
  said(message: string): readonly object[] {
    return this.lines.filter(line => line.message === message).map(({ meta }) => meta);
  }

  #stored(kind: string | undefined): Stored {
    if (kind !== 'Machine' && kind !== 'NodeClaim' && kind !== 'Node') throw new RangeError(`no kind ${kind}`);
    return this.etcd[kind];
  }

  #client(): Client {
    const client = {
      list: ({ kind }: Resource, options: { fieldSelector?: string; labelSelector?: string } = {}) =>
        this.#answer(() => {
          const items = [...this.#stored(kind).values()].filter(object => isSelected(object, options));
          return { items, resourceVersion: '1' };
        }),
      delete: ({ kind }: Resource, { name }: { name: string }, { uid }: { uid?: string } = {}) =>
        this.#answer(() => {
          const object = this.#stored(kind).get(name);
          if (!object) throw new ApiError({ code: 404, reason: 'NotFound', message: `${name} is not there` });
          if (uid !== undefined && object.metadata.uid !== uid) {
            throw new ApiError({ code: 409, reason: 'Conflict', message: `${name} is another one` });
          }
          this.deletions.push(`${kind}/${name}`);
          const deletionTimestamp = new Date(this.clock.now()).toISOString();
          if (object.metadata.finalizers?.length) {
            this.put({ ...object, metadata: { ...object.metadata, deletionTimestamp } });
          } else {
            this.#stored(kind).delete(name);
          }
        }),
      patch: (
        { kind }: Resource,
        { name }: { name: string },
        patch: { metadata: Pick<KubeObject['metadata'], 'annotations'> },
      ) =>
        this.#answer(() => {
          const object = this.#stored(kind).get(name);
          if (!object) throw new ApiError({ code: 404, reason: 'NotFound', message: `${name} is not there` });
          const annotations = { ...object.metadata.annotations, ...patch.metadata.annotations };
          const patched = { ...object, metadata: { ...object.metadata, annotations } };
          this.put(patched);
          return patched;
        }),
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts under test call no other method
    return client as unknown as Client;
  }

  #answer<T>(work: () => T): Promise<T> {
    const fault = this.apiFault;
    this.apiFault = undefined;
    return new Promise<T>((resolve, reject) => {
      if (fault) reject(fault);
      else resolve(work());
    });
  }
}

function isSelected(
  object: KubeObject,
  { fieldSelector, labelSelector }: { readonly fieldSelector?: string; readonly labelSelector?: string },
): boolean {
  const [label = '', value] = labelSelector?.split('=') ?? [];
  const byField = fieldSelector === undefined || fieldSelector === `metadata.name=${keyOf(object)}`;
  return byField && (labelSelector === undefined || object.metadata.labels?.[label] === value);
}

/** A claim that has a machine, and its pool. */
export function aLaunchedClaim(name: string, uid: string, createdAt: number, kind: ClaimKind = 'Machine'): ClaimObject {
  const { resource } = dialects[kind];
  const nodeClassRef = { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' };
  return {
    apiVersion: `${resource.group}/${resource.version}`,
    kind,
    metadata: {
      name,
      uid,
      creationTimestamp: new Date(createdAt).toISOString(),
      labels: { [labels.workspace]: 'w' },
      finalizers: [finalizers.termination],
    },
    spec: kind === 'Machine' ? {} : { nodeClassRef, expireAfter: '720h' },
    status: { providerID: `azure:///machine/${name}`, nodeName: `node-${name}` },
  };
}

/** The pool that was made for a claim. */
export function poolFor({ kind, metadata: { name, uid = '' } }: ClaimObject, createdAt: number): AgentPool {
  const owner = { kind: kind === 'NodeClaim' ? 'NodeClaim' : 'Machine', name, uid } as const;
  return anAgentPool(slotOf(owner).pool, { tags: tagsFor(owner, createdAt) });
}

/** The node of a claim, in service. */
export function nodeFor({ kind = '', metadata: { name, uid = '' } }: ClaimObject, ready = true): Node {
  const at = '2026-01-01T00:00:00Z';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${name}`,
      uid: `node-${uid}`,
      labels: {
        [labels.aksAgentPool]: name,
        [labels.kaitoNodeClass]: 'default',
        [labels.registered]: 'true',
        [labels.initialized]: 'true',
      },
      finalizers: [finalizers.termination],
      ownerReferences: [{ apiVersion: 'karpenter.sh/v1', kind, name, uid }],
    },
    spec: { providerID: `azure:///subscriptions/s/resourceGroups/mc_a-group_a-cluster_eastus/machine/${name}` },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown', lastTransitionTime: at }] },
  };
}
