import { isTrue } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { BroughtNode } from '@kaito/planner';

/** A node of a user as planning sees it. One that is being deleted is not ready. */
export function broughtNode(node: Node): BroughtNode {
  return {
    name: node.metadata.name,
    labels: node.metadata.labels ?? {},
    ready: isTrue(node, 'Ready') && node.metadata.deletionTimestamp === undefined,
    allocatable: node.status?.allocatable ?? {},
  };
}
