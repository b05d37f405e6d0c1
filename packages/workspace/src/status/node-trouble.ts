import { findCondition } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { ObservedNode } from '../observed.ts';

const pressures = ['DiskPressure', 'MemoryPressure', 'PIDPressure'] as const;

/** Which of the workspace's nodes run short of what, as `node <name> has DiskPressure`. */
export function nodePressure(nodes: readonly ObservedNode[]): readonly string[] {
  return owned(nodes).flatMap(node =>
    pressures
      .filter(type => findCondition(node, type)?.status === 'True')
      .map(type => `node ${node.metadata.name} has ${type}`),
  );
}

/** The workspace's nodes that have joined and are not ready, in the kubelet's words. */
export function unreadyNodes(nodes: readonly ObservedNode[]): readonly string[] {
  return owned(nodes).flatMap(node => {
    const ready = findCondition(node, 'Ready');
    if (ready?.status === 'True') return [];
    const why = [ready?.reason, ready?.message].filter(Boolean).join(': ') || 'it says nothing yet';
    return [`node ${node.metadata.name} is not ready: ${why}`];
  });
}

/** The nodes that the workspace has; those that nobody has reserved yet are not among them. */
export function owned(nodes: readonly ObservedNode[]): readonly Node[] {
  return nodes
    .filter(({ tie }) => tie !== 'free')
    .map(({ node }) => node)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
