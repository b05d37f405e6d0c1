import { labels, machines } from '@kaito/crds';
import { nodes, pods, type Client, type KubeObject, type Node, type Pod, type Resource } from '@kaito/kube';

/** One change of an object. */
export interface Change {
  /** By which changes of all kinds have one order: the API server counts them together. */
  readonly version: number;
  readonly kind: string;
  readonly name: string;
  readonly gone: boolean;
  /** It is not about to go, and is ready: a pod that answers, a node with GPUs to give, any claim. */
  readonly up: boolean;
}

const kinds: readonly Resource[] = [pods, nodes, machines];

/** Writes down what happens to the pods, nodes and claims of a workspace, beginning with what is there. */
export class History {
  readonly #changes: Change[] = [];
  readonly #stop = new AbortController();
  readonly #watches: Promise<void>[] = [];

  static async begin(client: Client, workspace: string): Promise<History> {
    const history = new History();
    const labelSelector = `${labels.workspace}=${workspace}`;
    for (const resource of kinds) {
      const { items, resourceVersion } = await client.list<KubeObject>(resource, { labelSelector });
      for (const item of items) history.#note(resource, item, false);
      history.#watches.push(history.#watch(client, resource, { labelSelector, resourceVersion }));
    }
    return history;
  }

  /** All changes until now, the oldest first. */
  changes(): readonly Change[] {
    return this.#changes.toSorted((a, b) => a.version - b.version);
  }

  /** The most objects of a kind that there were at one moment. */
  most(kind: string): number {
    const now = new Set<string>();
    const counts = this.changes()
      .filter(change => change.kind === kind)
      .map(({ name, gone }) => (gone ? now.delete(name) : now.add(name), now.size));
    return Math.max(0, ...counts);
  }

  /** @throws what ended a watch before its time: the history has a gap then */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#watches);
  }

  async #watch(
    client: Client,
    resource: Resource,
    from: { readonly labelSelector: string; readonly resourceVersion: string },
  ): Promise<void> {
    const { signal } = this.#stop;
    try {
      for await (const event of client.watch<KubeObject>(resource, { ...from, signal })) {
        if (event.type !== 'BOOKMARK') this.#note(resource, event.object, event.type === 'DELETED');
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #note(resource: Resource, object: KubeObject, gone: boolean): void {
    const { name, resourceVersion, deletionTimestamp } = object.metadata;
    const up = !gone && deletionTimestamp === undefined && (resource === machines || isReady(object));
    this.#changes.push({ version: Number(resourceVersion), kind: resource.kind, name, gone, up });
  }
}

function isReady({ status }: Pod | Node): boolean {
  const isUp = (status?.conditions ?? []).some(condition => condition.type === 'Ready' && condition.status === 'True');
  const gpus = status && 'allocatable' in status ? Number(status.allocatable?.['nvidia.com/gpu'] ?? 0) : 1;
  return isUp && gpus > 0;
}
