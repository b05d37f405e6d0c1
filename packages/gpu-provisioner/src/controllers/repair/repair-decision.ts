import type { Node } from '@kaito/kube';
import { timeOf } from '../../claims/claim.ts';
import { repairPolicies } from './repair-policies.ts';
import type { RepairPolicy } from './repair-policies.ts';

/** How repair goes about it. Durations in milliseconds. */
export interface RepairTerms {
  /** How long a node may be unhealthy. */
  readonly tolerationMs: number;
  /** Above this share of unhealthy nodes nothing is repaired. */
  readonly maxPercent: number;
  /** How long disruption budgets are respected; undefined: for ever. */
  readonly drainTimeoutMs: number | undefined;
}

/** What ails a node. */
export interface Ailment extends RepairPolicy {
  readonly reason: string;
  readonly message: string;
  /** Epoch milliseconds; undefined when the node does not say. */
  readonly since: number | undefined;
}

/** How the fleet does: nodes of ours that have served. */
export interface FleetHealth {
  readonly total: number;
  readonly unhealthy: number;
}

export type RepairDecision =
  | { readonly do: 'nothing' }
  /** Not yet: the toleration has not elapsed. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Too many are unhealthy at once: what ails them is not theirs. The repair is, or would be, due in `dueInMs`. */
  | { readonly do: 'block'; readonly ailment: Ailment; readonly dueInMs: number; readonly allowed: number }
  | { readonly do: 'repair'; readonly ailment: Ailment };

/** The repair policies that the node meets, the one that has lasted longest first. */
export function ailmentsOf({ status }: Node): readonly Ailment[] {
  const conditions = status?.conditions ?? [];
  const ailments = repairPolicies.flatMap(policy => {
    const found = conditions.find(({ type, status: value }) => type === policy.condition && value === policy.status);
    if (!found) return [];
    const { reason = '', message = '', lastTransitionTime } = found;
    return [{ ...policy, reason, message, since: timeOf(lastTransitionTime) }];
  });
  return ailments.toSorted((a, b) => (a.since ?? Infinity) - (b.since ?? Infinity));
}

/**
 * Decides about one node. Pure.
 * @param patientSince from when on the toleration counts at the earliest: what a condition says of the time before, an outage
 *   or a cluster that was stopped may have caused
 */
export function decideRepair(
  node: Node,
  fleet: FleetHealth,
  { tolerationMs, maxPercent }: RepairTerms,
  { now, patientSince }: { readonly now: number; readonly patientSince: number },
): RepairDecision {
  const [ailment] = ailmentsOf(node);
  if (!ailment) return { do: 'nothing' };
  const allowed = Math.ceil((fleet.total * maxPercent) / 100);
  const sickSince = ailment.since ?? patientSince;
  if (fleet.unhealthy > allowed) {
    return { do: 'block', ailment, dueInMs: Math.max(0, sickSince + tolerationMs - now), allowed };
  }
  const leftMs = Math.max(sickSince, patientSince) + tolerationMs - now;
  return leftMs > 0 ? { do: 'wait', ms: leftMs } : { do: 'repair', ailment };
}

/** States of a pool on which AKS is not working. */
/** Whether a change of a node can change what ails it, or whether we look after it. */
export function changesHealth(node: Node, old: Node | undefined): boolean {
  return old === undefined || fingerprint(node) !== fingerprint(old);
}

function fingerprint(node: Node): string {
  const { deletionTimestamp, labels, finalizers } = node.metadata;
  const ailments = ailmentsOf(node).map(({ condition, status, since }) => [condition, status, since]);
  return JSON.stringify([deletionTimestamp, labels, finalizers, ailments]);
}
