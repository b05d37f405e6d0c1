import { Cache, ignoreNotFound, isConflict, nodes } from '@kaito/kube';
import type { Client, Clock, Informer, InformerEvent, Logger, Node } from '@kaito/kube';
import type { NodeConditionPatch } from '../admin/protocol.ts';
import { conditionOf, mergeConditions } from './conditions.ts';
import { CLUSTER_LABEL, KWOK_ANNOTATION } from './node.ts';
import type { NodeRef, NodeRegistry } from './node-registry.ts';

export interface ClusterNodesOptions {
  readonly client: Client;
  /** Value of the cluster label on our Nodes. */
  readonly clusterLabel: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The Nodes of a real cluster. They are watched from the first time on that somebody waits for one, or holds one NotReady. */
export class ClusterNodes implements NodeRegistry {
  readonly #options: ClusterNodesOptions;
  readonly #waiting = new Map<string, Set<(node: Node, deleted: boolean) => void>>();
  /** What Ready of a Node, by uid, is to stay. */
  readonly #held = new Map<string, NodeConditionPatch>();
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

  /**
   * kwok makes every Node Ready that it plays, so a Node that is not to be is taken out of its hands. What kwok had already
   * set out to write comes later, and is written over when it is seen.
   */
  async report(node: NodeRef, conditions: readonly NodeConditionPatch[], signal: AbortSignal): Promise<boolean> {
    const ready = conditionOf(conditions, 'Ready');
    if (ready && ready.status !== 'True') {
      this.#watched();
      this.#held.set(node.uid, ready);
      await this.#play(node, false, signal);
    } else if (ready) this.#held.delete(node.uid);
    const written = await this.#write(node, conditions, signal);
    // With its time of transition, which is to be what it was when it is restored.
    const held = this.#held.has(node.uid) && written ? conditionOf(written, 'Ready') : undefined;
    if (ready && held) this.#held.set(node.uid, held);
    if (ready?.status === 'True') await this.#play(node, true, signal);
    return written !== undefined;
  }

  async remove({ name, uid }: NodeRef, signal: AbortSignal): Promise<void> {
    try {
      await ignoreNotFound(this.#options.client.delete(nodes, { name }, { uid, signal }));
    } catch (error) {
      // Another Node has the name by now, so ours is gone.
      if (!isConflict(error)) throw error;
    }
    this.#held.delete(uid);
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the emulator is stopping'));
    await this.#watching;
    await this.#options.client.close();
  }

  async #play({ name, uid }: NodeRef, on: boolean, signal: AbortSignal): Promise<void> {
    const annotations = { [KWOK_ANNOTATION]: on ? 'fake' : null };
    try {
      const change = { metadata: { uid, annotations } };
      await ignoreNotFound(this.#options.client.patch(nodes, { name }, change, { signal }));
    } catch (error) {
      // The uid is another's: our Node is gone.
      if (!isConflict(error)) throw error;
    }
  }

  /** Returns what was written, with all filled in; undefined when the Node is gone. */
  async #write(
    { name, uid }: NodeRef,
    reported: readonly NodeConditionPatch[],
    signal: AbortSignal,
  ): Promise<readonly NodeConditionPatch[] | undefined> {
    const { client, clock } = this.#options;
    for (;;) {
      const node = await ignoreNotFound(client.get(nodes, { name }, { signal }));
      if (!node || node.metadata.uid !== uid) return undefined;
      const now = new Date(clock.now()).toISOString();
      const { all, written } = mergeConditions(node.status?.conditions ?? [], reported, now);
      const change = { metadata: { resourceVersion: node.metadata.resourceVersion }, status: { conditions: all } };
      try {
        await client.patch(nodes, { name }, change, { subresource: 'status', signal });
        return written;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
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
    const { name, uid = '' } = object.metadata;
    for (const onChange of this.#waiting.get(name) ?? []) onChange(object, type === 'deleted');
    if (type === 'deleted') this.#held.delete(uid);
    else this.#hold({ name, uid }, object);
  }

  /** Restores what a Node's Ready is to stay. A failure is no harm: the next change of the Node tries again. */
  #hold(ref: NodeRef, node: Node): void {
    const wanted = this.#held.get(ref.uid);
    const ready = conditionOf(node.status?.conditions ?? [], 'Ready');
    if (!wanted || ready?.status === wanted.status) return;
    this.#write(ref, [wanted], this.#stop.signal).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.logger.warn('Holding a Node failed', { node: ref.name, error });
    });
  }
}

function isReady(node: Node): boolean {
  return conditionOf(node.status?.conditions ?? [], 'Ready')?.status === 'True';
}
