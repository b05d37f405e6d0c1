import { labels } from '@kaito/crds';
import type { Metrics } from '@kaito/kube';
import type { RequestRecord } from '@kaito/azure';
import type { Claim, Owner, Phase } from './claims/claim.ts';

/** Seconds; a GPU node takes minutes, the stand-ins of a test take fractions of a second. */
const PHASE_BUCKETS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 180, 240, 300, 420, 600, 900, 1800];

/** The provisioner's own metrics. Where Karpenter has one of the same meaning, it has Karpenter's name. */
export class ProvisionerMetrics {
  readonly #created;
  readonly #terminated;
  readonly #phases;
  readonly #armRequests;

  constructor(metrics: Metrics) {
    this.#created = metrics.counter<'kind' | 'nodepool'>({
      name: 'karpenter_nodeclaims_created_total',
      help: 'Claims for which an agent pool was requested.',
      labels: ['kind', 'nodepool'],
    });
    this.#terminated = metrics.counter<'kind'>({
      name: 'karpenter_nodeclaims_terminated_total',
      help: 'Claims that are gone, and their agent pool with them.',
      labels: ['kind'],
    });
    this.#phases = metrics.histogram<'kind' | 'phase'>({
      name: 'kaito_claim_phase_duration_seconds',
      help: 'Time from the creation of a claim until it was launched, registered and initialized.',
      labels: ['kind', 'phase'],
      buckets: PHASE_BUCKETS,
    });
    this.#armRequests = metrics.counter<'operation' | 'code'>({
      name: 'kaito_arm_requests_total',
      help: 'Requests to Azure by operation and by status code, or error code where no answer came.',
      labels: ['operation', 'code'],
    });
  }

  created({ kind, labels: own }: Claim): void {
    this.#created.inc({ kind, nodepool: own[labels.nodePool] ?? own[labels.provisionerName] ?? '' });
  }

  terminated({ kind }: Owner): void {
    this.#terminated.inc({ kind });
  }

  /** `now` in epoch milliseconds. */
  reached(phase: Phase, claim: Claim, now: number): void {
    this.#phases.observe({ kind: claim.kind, phase }, Math.max(0, now - claim.createdAt) / 1000);
  }

  armRequest({ operation, statusCode, code }: RequestRecord): void {
    this.#armRequests.inc({ operation, code: String(statusCode ?? code ?? 'unknown') });
  }
}
