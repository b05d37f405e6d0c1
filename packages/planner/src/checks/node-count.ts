import type { Workspace } from '@kaito/crds';
import type { Problem } from '../problem.ts';

const field = 'resource.count';

/** AKS quota page: at most 1,000 nodes in a node pool. A larger count is a slip of the keyboard, and an expensive one. */
const maxNodeCount = 1000;

/** Nodes that the workspace asks for; one unless it says otherwise, as the schema defaults it. */
export function nodeCount({ resource }: Workspace): number {
  return resource?.count ?? 1;
}

/** The number of nodes must be a whole number that somebody can mean. */
export function checkNodeCount(workspace: Workspace): readonly Problem[] {
  const count = nodeCount(workspace);
  if (!Number.isInteger(count) || count < 1 || count > maxNodeCount) {
    const message = `${field} ${count} is out of range: use 1 to ${maxNodeCount}`;
    return [{ code: 'NodeCountInvalid', field, message }];
  }
  if (!workspace.tuning || count === 1) return [];
  return [{ code: 'NodeCountInvalid', field, message: `${field} ${count} is too many: tuning runs on 1 node` }];
}
