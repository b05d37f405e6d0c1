import type { Metrics } from '@kaito/kube';
import { holdReasons } from './holds.ts';
import type { Hold } from './holds.ts';

/** What garbage collection tells Prometheus. */
export class CollectionMetrics {
  readonly #collected;
  readonly #candidates;
  readonly #held;

  constructor(metrics: Metrics) {
    this.#collected = metrics.counter<'object'>({
      name: 'kaito_garbage_collected_total',
      help: 'Agent pools without a claim, and claims without a machine, that were taken down.',
      labels: ['object'],
    });
    this.#candidates = metrics.gauge<'object'>({
      name: 'kaito_garbage_candidates',
      help: 'What has lost its counterpart at the moment: pool, claim, or untagged_pool, which is only reported.',
      labels: ['object'],
    });
    this.#held = metrics.gauge<'reason'>({
      name: 'kaito_garbage_collection_held',
      help: '1 while garbage collection deletes nothing for this reason.',
      labels: ['reason'],
    });
  }

  collected(object: 'pool' | 'claim'): void {
    this.#collected.inc({ object });
  }

  candidates(object: 'pool' | 'claim' | 'untagged_pool', count: number): void {
    this.#candidates.set({ object }, count);
  }

  held(holds: readonly Hold[]): void {
    for (const reason of holdReasons) this.#held.set({ reason }, holds.some(hold => hold.reason === reason) ? 1 : 0);
  }
}
