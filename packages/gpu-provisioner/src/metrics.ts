import { labels } from '@kaito/crds';
import type { Metrics } from '@kaito/kube';
import type { RequestRecord } from '@kaito/azure';
import { ArmMetrics } from './metrics/arm-metrics.ts';
import type { Claim, Owner, Phase } from './claims/claim.ts';
import { TerminationMetrics } from './controllers/claim/termination-metrics.ts';

/** Seconds; a GPU node takes minutes, the stand-ins of a test take fractions of a second. */
const PHASE_BUCKETS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 180, 240, 300, 420, 600, 900, 1800];

/** The provisioner's own metrics. Where Karpenter has one of the same meaning, it has Karpenter's name. */
export class ProvisionerMetrics {
  /** How claims and nodes come and go. */
  readonly termination: TerminationMetrics;
  readonly #created;
  readonly #terminated;
  readonly #phases;
  readonly #launchFailures;
  readonly #build;
  readonly #arm;

  constructor(metrics: Metrics) {
    this.termination = new TerminationMetrics(metrics);
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
    this.#launchFailures = metrics.counter<'reason' | 'instance_type'>({
      name: 'kaito_launch_failures_total',
      help: 'Launches that failed, by the reason on the claim and the instance type that was asked for.',
      labels: ['reason', 'instance_type'],
    });
    this.#build = metrics.gauge<'version'>({
      name: 'karpenter_build_info',
      help: '1, with the version of the provisioner.',
      labels: ['version'],
    });
    this.#arm = new ArmMetrics(metrics);
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

  /** @param instanceType the VM size that was asked for; empty when none was chosen yet */
  launchFailed(reason: string, instanceType: string): void {
    this.#launchFailures.inc({ reason, instance_type: instanceType });
  }

  build(version: string): void {
    this.#build.set({ version }, 1);
  }

  armRequest(record: RequestRecord): void {
    this.#arm.requested(record);
  }
}
