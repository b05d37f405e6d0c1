import { Cache, ignoreNotFound, isConflict, nodes } from '@kaito/kube';
import type { Client, Informer, InformerEvent, Logger, Node } from '@kaito/kube';
import { CLUSTER_LABEL } from './node.ts';
import type { NodeRef, NodeRegistry } from './node-registry.ts';

export interface ClusterNodesOptions {
  readonly client: Client;
  /** Value of the cluster label on our Nodes. */
  readonly clusterLabel: string;
  readonly logger: Logger;
}

/** The Nodes of a real cluster. They are watched from the first time on that somebody waits for one to be Ready. */
export class ClusterNodes implements NodeRegistry {
  readonly #options: ClusterNodesOptions;
  readonly #waiting = new Map<string, Set<(node: Node, deleted: boolean) => void>>();
  readonly #stop = new AbortController();
  #informer: Informer<Node> | undefined;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: ClusterNodesOptions) {
    this.#options = options;
  }

  async register(node: Node, signal: AbortSignal): Promise<string> {
    const { metadata } = await this.#options.client.create(nodes, node, { signal });
    return metadata.uid ?? '';
  }

  async ready({ name, uid }: NodeRef, signal: AbortSignal): Promise<void> {
    const known = this.#watched().get(name);
    if (known && known.metadata.uid === uid && isReady(known)) return;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onChange = (node: Node, deleted: boolean): void => {
      if (node.metadata.uid === uid && (deleted || isReady(node))) resolve();
    };
    const onAbort = (): void => reject(signal.reason);
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting.add(onChange));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
      waiting.delete(onChange);
      if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
    }
  }

  async addResources(name: string, resources: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const status = { capacity: resources, allocatable: resources };
    await ignoreNotFound(
      this.#options.client.patch(nodes, { name }, { status }, { subresource: 'status', type: 'merge', signal }),
    );
  }

  async remove({ name, uid }: NodeRef, signal: AbortSignal): Promise<void> {
    try {
      await ignoreNotFound(this.#options.client.delete(nodes, { name }, { uid, signal }));
    } catch (error) {
      // Another Node has the name by now, so ours is gone.
      if (!isConflict(error)) throw error;
    }
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the emulator is stopping'));
    await this.#watching;
    await this.#options.client.close();
  }

  #watched(): Informer<Node> {
    if (this.#informer) return this.#informer;
    const { client, clusterLabel, logger } = this.#options;
    const cache = new Cache({ client, logger });
    this.#informer = cache.informer(nodes, { labelSelector: `${CLUSTER_LABEL}=${clusterLabel}` });
    this.#informer.onEvent(event => this.#tell(event));
    this.#watching = cache.start(this.#stop.signal);
    return this.#informer;
  }

  #tell({ type, object }: InformerEvent<Node>): void {
    for (const onChange of this.#waiting.get(object.metadata.name) ?? []) onChange(object, type === 'deleted');
  }
}

function isReady(node: Node): boolean {
  return (node.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}
