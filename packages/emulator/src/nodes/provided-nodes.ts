import { ignoreNotFound, nodes, sleep } from '@kaito/kube';
import type { Client, Clock, Node } from '@kaito/kube';
import type { NodeConditionPatch } from '../admin/protocol.ts';
import { conditionOf } from './conditions.ts';
import type { NodeProvider } from './node-provider.ts';
import type { NodeRef, NodeRegistry } from './node-registry.ts';

const LOOK_AGAIN_MS = 200;

export interface ProvidedNodesOptions {
  readonly provider: NodeProvider;
  /** Whose Nodes are all others. */
  readonly others: NodeRegistry;
  readonly client: Client;
  readonly clock: Clock;
}

/** Nodes of real kubelets where a provider brings such up: they register, report and show their devices by themselves. */
export class ProvidedNodes implements NodeRegistry {
  readonly #options: ProvidedNodesOptions;
  /** By name, what their machines were started from. */
  readonly #provided = new Map<string, Node>();

  constructor(options: ProvidedNodesOptions) {
    this.#options = options;
  }

  async register(node: Node, signal: AbortSignal): Promise<string> {
    const { provider, others, client, clock } = this.#options;
    const { name } = node.metadata;
    if (!(await provider.start(node, signal))) return others.register(node, signal);
    this.#provided.set(name, node);
    for (;;) {
      const registered = await ignoreNotFound(client.get(nodes, { name }, { signal }));
      if (registered) return registered.metadata.uid ?? '';
      await sleep(clock, LOOK_AGAIN_MS, signal);
    }
  }

  ready(node: NodeRef, signal: AbortSignal): Promise<void> {
    return this.#options.others.ready(node, signal);
  }

  async addResources(name: string, resources: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    if (!this.#provided.has(name)) await this.#options.others.addResources(name, resources, signal);
  }

  async report(ref: NodeRef, conditions: readonly NodeConditionPatch[], signal: AbortSignal): Promise<boolean> {
    const { provider, others } = this.#options;
    const node = this.#provided.get(ref.name);
    const ready = conditionOf(conditions, 'Ready');
    if (!node || !ready) return others.report(ref, conditions, signal);
    // A kubelet says itself that it is Ready, and the node controller that it no longer is.
    await (ready.status === 'True' ? provider.start(node, signal) : provider.stop(ref.name, signal));
    return true;
  }

  async remove(ref: NodeRef, signal: AbortSignal): Promise<void> {
    if (this.#provided.has(ref.name)) await this.#options.provider.stop(ref.name, signal);
    await this.#options.others.remove(ref, signal);
    this.#provided.delete(ref.name);
  }

  close(): Promise<void> {
    return this.#options.others.close();
  }
}
