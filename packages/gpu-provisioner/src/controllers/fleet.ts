import { labels } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Caches } from './claim/caches.ts';
import { isHeld } from './claim/observed-nodes.ts';

/** What is seen of the cluster by those who look after the fleet. */
export type FleetCaches = Pick<Caches, 'claims' | 'nodes'>;

/** Whether the node's kubelet says that it can take pods. */
export function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

/** Whether the node is ours and has served: only such a one can fall ill. One that is still coming up has deadlines. */
export function hasServed(node: Node): boolean {
  return isHeld(node) && node.metadata.labels?.[labels.initialized] === 'true';
}
