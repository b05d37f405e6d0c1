import type { Accepted } from '@kaito/azure';
import type { Clock } from '@kaito/kube';
import { deletionRetryDelay } from '../faults/fault-policy.ts';
import { waitAfter } from '../faults/launch-failure.ts';
import type { LaunchFailure, LaunchFault } from '../faults/launch-failure.ts';

/** A request that ARM accepted. */
export interface AcceptedRequest {
  /** On the monotonic clock. */
  readonly at: number;
  readonly operationUrl: string | undefined;
  readonly correlationId: string | undefined;
}

/** The last eviction of one pod. */
export interface TriedEviction {
  /** How often in a row it was refused; 0 when it was accepted. */
  readonly refusals: number;
  /** Until when (monotonic) it is not tried again. */
  readonly heldUntil: number;
  /** Why it was refused. */
  readonly reason?: string;
}

/**
 * What this process did to the pool of one claim. Nothing depends on it after a restart: the pools themselves, their tags
 * and the claims say everything again. It saves requests, and bridges the time until a LIST shows what was done.
 */
export interface Operation {
  /** The PUT that made, or the GET that found, a pool of ours. */
  created?: AcceptedRequest | undefined;
  deleted?: AcceptedRequest | undefined;
  /** When the removal of the pool began, on the monotonic clock. */
  removingSince?: number | undefined;
  /** A DELETE that Azure refused: how often in a row, and until when (monotonic) it is not tried again. */
  refusedDeletion?: { readonly failures: number; readonly heldUntil: number } | undefined;
  /** A LIST has shown the pool: its absence from a later one means something. */
  seen: boolean;
  /** A PUT went out and no answer came back: until then (monotonic) a pool may appear though no read shows it. */
  uncertainUntil?: number | undefined;
  /** The last failed launch; undefined since one was accepted. */
  failure?: LaunchFailure | undefined;
  /** Uids of nodes that were deleted, which the cache may not show yet. */
  readonly deletedNodes: Set<string>;
  /** Evictions that were tried, by the uid of the pod. */
  readonly evictions?: Map<string, TriedEviction>;
  /** The node's drain has been counted. */
  drained?: boolean;
  /** When the finished pool was first seen without its node, in epoch milliseconds. */
  finishedAt?: number | undefined;
  /** The node came and was gone again without a finalizer to hold it. */
  nodeLost?: boolean;
  /** The machine has come, and what its coming changes is done. */
  joined?: boolean;
  /** When the node was first seen, and when the claim's status was written or first looked at; on the monotonic clock. */
  nodeSeenAt?: number;
  reportedAt?: number;
  /** The failed pool is on its way out; its cause is in `failure`. */
  discarding: boolean;
}

/** The operations of this process, by the uid of the claim. Only the worker that holds a claim's key changes its entry. */
export class Operations {
  readonly #byUid = new Map<string, Operation>();

  of(uid: string): Operation {
    const known = this.#byUid.get(uid);
    if (known) return known;
    const fresh: Operation = { seen: false, discarding: false, deletedNodes: new Set(), evictions: new Map() };
    this.#byUid.set(uid, fresh);
    return fresh;
  }

  forget(uid: string): void {
    this.#byUid.delete(uid);
  }
}

export function acceptedAt(now: number, answer: Accepted = {}): AcceptedRequest {
  return { at: now, operationUrl: answer.operationUrl, correlationId: answer.correlationId };
}

/** What the pace of a refused DELETE depends on. */
export interface Pace {
  readonly clock: Clock;
  readonly random: () => number;
}

/** Notes that Azure refused a DELETE. @returns for how many milliseconds it is not tried again. */
export function holdDeletion(operation: Operation, fault: LaunchFault, { clock, random }: Pace): number {
  const failures = (operation.refusedDeletion?.failures ?? 0) + 1;
  const delay = waitAfter(fault, deletionRetryDelay(fault.kind, failures, random()));
  operation.refusedDeletion = { failures, heldUntil: clock.monotonic() + delay };
  return delay;
}
