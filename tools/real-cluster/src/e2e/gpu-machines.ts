import type { NodeProvider } from '@kaito/emulator';
import type { Node } from '@kaito/kube';
import type { RealCluster } from '../cluster/real-cluster.ts';
import type { Machine, RealNode } from '../node/real-node.ts';

/** The kubelet finds these out by itself. */
const OF_THE_KUBELET = /^(beta\.)?kubernetes\.io\/(os|arch|hostname)$/;
const GPU = 'nvidia.com/gpu';

/** Brings up a real machine for the first pool's Node; further ones are kwok's, as long as that one runs. */
export class GpuMachines implements NodeProvider {
  readonly #cluster: RealCluster;
  readonly #running = new Map<string, Promise<RealNode>>();

  constructor(cluster: RealCluster) {
    this.#cluster = cluster;
  }

  async start(node: Node, signal: AbortSignal): Promise<boolean> {
    const { name } = node.metadata;
    if (!this.#running.has(name)) {
      if (this.#running.size > 0) return false;
      this.#running.set(name, this.#cluster.addNode(machineOf(node), signal));
    }
    try {
      await this.#running.get(name);
      return true;
    } catch (error) {
      this.#running.delete(name);
      throw error;
    }
  }

  async stop(name: string): Promise<void> {
    const machine = await this.#running.get(name);
    await machine?.stop();
    this.#running.delete(name);
  }
}

/** What a kubelet is to be told so that it registers this Node. */
export function machineOf({ metadata, spec, status }: Node): Machine {
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => !OF_THE_KUBELET.test(key));
  return {
    name: metadata.name,
    labels: Object.fromEntries(labels),
    taints: spec?.taints ?? [],
    providerId: spec?.providerID,
    gpus: Number(status?.capacity?.[GPU] ?? 0),
  };
}
