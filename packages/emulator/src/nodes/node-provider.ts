import type { Node } from '@kaito/kube';

/** Brings up machines with real kubelets behind Nodes that kwok would otherwise play. */
export interface NodeProvider {
  /**
   * Starts the machine of a Node, whose kubelet is to register it with this name, labels, taints and provider id, and is to
   * show its GPUs. Called again after a failure, and for a machine that was stopped.
   * @returns false when it takes no such machine: kwok plays the Node.
   */
  start(node: Node, signal: AbortSignal): Promise<boolean>;
  /** Stops a machine that it has started; its Node is not its business. One that does not run: nothing to do. */
  stop(name: string, signal: AbortSignal): Promise<void>;
}

/** For clusters in which kwok plays every Node. */
export const noNodeProvider: NodeProvider = {
  start: () => Promise.resolve(false),
  stop: () => Promise.resolve(),
};
