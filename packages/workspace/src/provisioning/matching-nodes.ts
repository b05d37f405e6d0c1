import type { Node } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { nodeFacts } from '../nodes/node-progress.ts';
import { isPlannedSize } from '../nodes/planned-size.ts';
import type { Observed, ObservedNode } from '../observed.ts';

/**
 * The nodes that the workspace could use instead of new ones: nobody's, ready, of the size that the plan asks for, with enough GPUs,
 * and open to its pods. Preferred nodes come first, in the user's order, then the others by name.
 *
 * What runs there is not looked at: pods of others are not in any cache. Whoever reserves a node asks for that first.
 */
export function matchingNodes({ workspace, nodes }: Observed, plan: Plan): readonly ObservedNode[] {
  const preferred = workspace.resource?.preferredNodes ?? [];
  const rank = ({ node }: ObservedNode): number => {
    const position = preferred.indexOf(node.metadata.name);
    return position < 0 ? preferred.length : position;
  };
  return nodes
    .filter(({ node, tie }) => tie === 'free' && suits(node, plan))
    .toSorted((a, b) => rank(a) - rank(b) || (a.node.metadata.name < b.node.metadata.name ? -1 : 1));
}

function suits(node: Node, plan: Plan): boolean {
  const facts = nodeFacts(node, plan);
  const isOpen = !facts.cordoned && facts.taints.length === 0;
  return isPlannedSize(node, plan) && facts.ready && isOpen && facts.gpus >= plan.nodes.gpus;
}
