import { nodes } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import { listener } from './object-watch.ts';
import type { Listener } from './object-watch.ts';
import type { Span } from './spans.ts';

/** When nodes appeared and when they could take pods. Times of `performance.now()`. */
export class NodeTimes {
  readonly #seenAt = new Map<string, number>();
  readonly #readyAt = new Map<string, number>();

  /** What has to be watched for it. */
  readonly listener: Listener = listener(nodes, node => this.#note(node));

  /**
   * For each node the time from the accepted request for its machine until it was Ready and without the taints of a new one.
   * @param registerMs how long the pretended machine takes to register.
   */
  since(registerMs: number): readonly Span[] {
    return [...this.#readyAt].map(([name, end]) => ({ start: (this.#seenAt.get(name) ?? end) - registerMs, end }));
  }

  #note(node: Node): void {
    const { name } = node.metadata;
    if (!this.#seenAt.has(name)) this.#seenAt.set(name, performance.now());
    if (canTakePods(node) && !this.#readyAt.has(name)) this.#readyAt.set(name, performance.now());
  }
}

function canTakePods({ spec, status }: Node): boolean {
  const ready = status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false;
  return ready && !spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready');
}
