import type { FaultKind } from '@kaito/azure';
import { instanceTypesUnavailableMessage } from '@kaito/crds';
import type { Step } from '../claims/claim.ts';
import { diagnose, saidBy } from './diagnose.ts';
import { faultPolicies, retryDelay } from './fault-policy.ts';

/** What went wrong, as Azure said it. An AzureError is one, and so is the cause that a failed pool carries. */
export interface LaunchFault {
  readonly kind: FaultKind;
  readonly code: string;
  readonly message: string;
  /** Milliseconds that Azure asks to wait. */
  readonly retryAfterMs?: number;
  readonly correlationId?: string;
  /** What it means, where we judged ourselves and Azure said nothing. */
  readonly verdict?: { readonly reason: string; readonly nextStep: string };
}

/** A failed launch and what follows from it. */
export interface LaunchFailure {
  readonly fault: LaunchFault;
  /** Failures of the same kind in a row, this one included. */
  readonly failures: number;
  /** No further attempt until the claim changes. */
  readonly final: boolean;
  /** When to try again, on the monotonic clock. */
  readonly retryAt: number;
  readonly retryInMs: number;
  /** The generation of the claim that failed: a changed claim starts anew. */
  readonly generation: number;
}

export interface FailureContext {
  readonly generation: number;
  /** The failure before this one. */
  readonly previous: LaunchFailure | undefined;
  /** Monotonic. */
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

/** The verdict on a fault. A wait that Azure asks for is honoured, however long. */
export function judge(fault: LaunchFault, { generation, previous, now, random }: FailureContext): LaunchFailure {
  const again = previous?.fault.kind === fault.kind && previous.generation === generation;
  const failures = again ? previous.failures + 1 : 1;
  const retryInMs = waitAfter(fault, retryDelay(fault.kind, failures, random));
  const final = failures >= faultPolicies[fault.kind].attempts;
  return { fault, failures, final, retryAt: now + retryInMs, retryInMs, generation };
}

/**
 * How long to wait after a fault, in milliseconds: at least as long as Azure asks, and for its own pace when it does not.
 * Throttling has no other cause than time, so there Azure's word alone counts.
 */
export function waitAfter({ kind, retryAfterMs }: Pick<LaunchFault, 'kind' | 'retryAfterMs'>, paceMs: number): number {
  if (retryAfterMs === undefined) return paceMs;
  return kind === 'throttled' ? Math.max(1000, retryAfterMs) : Math.max(paceMs, retryAfterMs);
}

/** The failure as it is reported on the claim: Azure's words, whose move it is, and when it is tried again. */
export function reportOf({ fault, final, retryInMs }: LaunchFailure): Extract<Step, { state: 'waiting' | 'failed' }> {
  const { reason, nextStep } = fault.verdict ?? diagnose(fault);
  const { blocked } = faultPolicies[fault.kind];
  const next =
    retryInMs === 0 ? 'what else may serve the claim is tried' : `next attempt in ${describeDelay(retryInMs)}`;
  const when = final ? 'not tried again until the claim changes' : next;
  const message = `${saidBy(fault)}; ${nextStep}; ${when}`;
  return {
    state: final || blocked ? 'failed' : 'waiting',
    reason,
    message: fault.kind === 'sku' ? unavailable(message) : message,
  };
}

/** KAITO looks for this sentence on a False Launched, and gives up when it is there. */
export function unavailable(why: string): string {
  return `${instanceTypesUnavailableMessage}: ${why}`;
}

/** A delay in words, rounded so that jitter does not change a message for nothing. */
function describeDelay(ms: number): string {
  if (ms < 60_000) return `${Math.max(1, Math.round(ms / 1000))} s`;
  return `${Math.round(ms / 60_000)} min`;
}
