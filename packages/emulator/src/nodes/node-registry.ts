import type { Node } from '@kaito/kube';
import type { NodeConditionPatch } from '../admin/protocol.ts';

/** What machines do to the cluster: the part of the Kubernetes API that kubelets and the cloud provider use on Nodes. */
export interface NodeRegistry {
  /** Creates a Node and returns its uid. */
  register(node: Node, signal: AbortSignal): Promise<string>;
  /** Resolves when the Node of that uid is Ready, or is there no more. Throws the signal's reason. */
  ready(node: NodeRef, signal: AbortSignal): Promise<void>;
  /** Adds to capacity and allocatable. */
  addResources(name: string, resources: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  /**
   * Writes conditions into the status of the Node of that uid. One that is said to be not Ready stays so until it is said to
   * be Ready.
   * @returns whether there is such a Node.
   */
  report(node: NodeRef, conditions: readonly NodeConditionPatch[], signal: AbortSignal): Promise<boolean>;
  /** Deletes the Node of that uid; finalizers on it stay the business of whoever set them. No Node: nothing to do. */
  remove(node: NodeRef, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface NodeRef {
  readonly name: string;
  readonly uid: string;
}
