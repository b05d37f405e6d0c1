import { annotations, labels, type Workspace } from '@kaito/crds';
import { keyOf, type Node } from '@kaito/kube';
import { anyLabelledWorkspace } from '../observe/ties.ts';
import type { NodeTie } from '../observed.ts';

/** Labels by which a node belongs to something that may take it away: a provisioner's pool, or a RAGEngine. */
const foreignKeys = [labels.nodePool, labels.provisionerName, labels.ragEngine] as const;

/**
 * Whose a node is, seen from one workspace; undefined where it is none of its business.
 *
 * A free node must be nobody's: neither labelled nor reserved for a workspace, nor of a provisioner's pool, which would take it away
 * when it is empty. Where the selector is empty, only nodes that the workspace names as preferred are free for it: by saying nothing
 * nobody has given all GPU nodes of the cluster away.
 * @param wanted labels of the workspace's selector that count
 */
export function nodeTie(
  node: Node,
  workspace: Workspace,
  wanted: Readonly<Record<string, string>>,
  mode: 'auto' | 'brought',
): NodeTie | undefined {
  const matches = hasLabels(node, wanted);
  if (mode === 'brought') return matches ? 'brought' : undefined;
  const reserved = reservedBy(node);
  const owners = [...anyLabelledWorkspace(node), ...(reserved === undefined ? [] : [reserved])];
  const isOwn = owners.length > 0 && owners.every(owner => owner === keyOf(workspace));
  if (isOwn) return reserved === undefined ? 'claimed' : 'reserved';
  const isOpen = owners.length === 0 && matches && !isForeign(node);
  return isOpen && isAskedFor(node, workspace, wanted) ? 'free' : undefined;
}

/** The key of the workspace that a node is reserved for. */
export function reservedBy({ metadata }: Node): string | undefined {
  return metadata.annotations?.[annotations.reservedBy];
}

function isAskedFor({ metadata }: Node, { resource }: Workspace, wanted: Readonly<Record<string, string>>): boolean {
  return Object.keys(wanted).length > 0 || (resource?.preferredNodes ?? []).includes(metadata.name);
}

function isForeign({ metadata }: Node): boolean {
  return foreignKeys.some(key => metadata.labels?.[key] !== undefined);
}

/** Whether a node carries all the labels. */
export function hasLabels({ metadata }: Node, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => metadata.labels?.[key] === value);
}
