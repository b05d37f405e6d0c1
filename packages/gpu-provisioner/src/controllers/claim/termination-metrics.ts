import { labels } from '@kaito/crds';
import type { Metrics, Node } from '@kaito/kube';
import type { Claim } from '../../claims/claim.ts';

/** Seconds, 1 to 2048: as Karpenter's. */
const TERMINATION_BUCKETS = Array.from({ length: 12 }, (_, power) => 2 ** power);
const DAY_SECONDS = 86_400;
/** Seconds, 15 minutes to 30 days. */
const LIFETIME_BUCKETS = [
  900,
  1800,
  3600,
  7200,
  14_400,
  28_800,
  43_200,
  ...[1, 2, 5, 10, 15, 20, 30].map(d => d * DAY_SECONDS),
];

/** How claims and nodes come and go. Names and meanings are Karpenter's; times are in epoch milliseconds. */
export class TerminationMetrics {
  readonly #nodesCreated;
  readonly #nodesTerminated;
  readonly #nodesDrained;
  readonly #evictions;
  readonly #claimDuration;
  readonly #instanceDuration;
  readonly #nodeDuration;
  readonly #nodeLifetime;

  constructor(metrics: Metrics) {
    this.#nodesCreated = metrics.counter<'nodepool' | 'zone'>({
      name: 'karpenter_nodes_created_total',
      help: 'Nodes that were taken into service.',
      labels: ['nodepool', 'zone'],
    });
    this.#nodesTerminated = metrics.counter<'nodepool' | 'zone'>({
      name: 'karpenter_nodes_terminated_total',
      help: 'Nodes that were let go, their machine being gone.',
      labels: ['nodepool', 'zone'],
    });
    this.#nodesDrained = metrics.counter<'nodepool'>({
      name: 'karpenter_nodes_drained_total',
      help: 'Nodes that were drained; each counts once.',
      labels: ['nodepool'],
    });
    this.#evictions = metrics.counter<'code'>({
      name: 'karpenter_nodes_eviction_requests_total',
      help: 'Evictions that the API server answered, by status code.',
      labels: ['code'],
    });
    this.#claimDuration = metrics.histogram<'nodepool'>({
      name: 'karpenter_nodeclaims_termination_duration_seconds',
      help: 'Time from the deletion of a claim until its finalizer was removed.',
      labels: ['nodepool'],
      buckets: TERMINATION_BUCKETS,
    });
    this.#instanceDuration = metrics.histogram<'nodepool'>({
      name: 'karpenter_nodeclaims_instance_termination_duration_seconds',
      help: 'Time from the accepted deletion of an agent pool until it was gone.',
      labels: ['nodepool'],
      buckets: TERMINATION_BUCKETS,
    });
    this.#nodeDuration = metrics.histogram<'nodepool'>({
      name: 'karpenter_nodes_termination_duration_seconds',
      help: 'Time from the deletion of a node until its finalizer was removed.',
      labels: ['nodepool'],
      buckets: TERMINATION_BUCKETS,
    });
    this.#nodeLifetime = metrics.histogram<'nodepool'>({
      name: 'karpenter_nodes_lifetime_duration_seconds',
      help: 'Time from the creation of a node until its finalizer was removed.',
      labels: ['nodepool'],
      buckets: LIFETIME_BUCKETS,
    });
  }

  nodeCreated({ metadata }: Node): void {
    this.#nodesCreated.inc({ nodepool: poolIn(metadata.labels), zone: metadata.labels?.[labels.zone] ?? '' });
  }

  /** @param node as it was before its finalizer was removed */
  nodeTerminated({ metadata }: Node, now: number): void {
    const nodepool = poolIn(metadata.labels);
    this.#nodesTerminated.inc({ nodepool, zone: metadata.labels?.[labels.zone] ?? '' });
    this.#nodeLifetime.observe({ nodepool }, secondsSince(metadata.creationTimestamp, now));
    this.#nodeDuration.observe({ nodepool }, secondsSince(metadata.deletionTimestamp, now));
  }

  nodeDrained({ metadata }: Node): void {
    this.#nodesDrained.inc({ nodepool: poolIn(metadata.labels) });
  }

  /** @param code HTTP status of the answer; 200 for every eviction that was accepted, as Karpenter counts it */
  evicted(code: number): void {
    this.#evictions.inc({ code: String(code) });
  }

  claimTerminated({ labels: own, deletedAt }: Claim, now: number): void {
    this.#claimDuration.observe({ nodepool: poolIn(own) }, Math.max(0, now - (deletedAt ?? now)) / 1000);
  }

  /** @param ms how long the agent pool took to go */
  instanceTerminated({ labels: own }: Claim, ms: number): void {
    this.#instanceDuration.observe({ nodepool: poolIn(own) }, ms / 1000);
  }
}

function poolIn(own: Readonly<Record<string, string>> | undefined): string {
  return own?.[labels.nodePool] ?? own?.[labels.provisionerName] ?? '';
}

function secondsSince(time: string | undefined, now: number): number {
  return Math.max(0, now - (Date.parse(time ?? '') || now)) / 1000;
}
