import type { NodeProvider } from '@kaito/emulator';
import type { Node } from '@kaito/kube';
import type { RealCluster } from '../cluster/real-cluster.ts';
import type { Machine, RealNode } from '../node/real-node.ts';

/** The kubelet finds these out by itself. */
const OF_THE_KUBELET = /^(beta\.)?kubernetes\.io\/(os|arch|hostname)$/;
const GPU = 'nvidia.com/gpu';

/** Brings up a real machine for the first Node of a pool that there ever is, whenever that is to run; all others are kwok's. */
export class GpuMachines implements NodeProvider {
  readonly #cluster: RealCluster;
  #name: string | undefined;
  #running: Promise<RealNode> | undefined;

  constructor(cluster: RealCluster) {
    this.#cluster = cluster;
  }

  async start(node: Node, signal: AbortSignal): Promise<boolean> {
    this.#name ??= node.metadata.name;
    if (this.#name !== node.metadata.name) return false;
    this.#running ??= this.#cluster.addNode(machineOf(node), signal);
    try {
      await this.#running;
      return true;
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
  }

  async stop(name: string): Promise<void> {
    if (this.#name !== name) return;
    const machine = await this.#running;
    await machine?.stop();
    this.#running = undefined;
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
