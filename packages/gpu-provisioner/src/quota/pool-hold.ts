import type { AgentPool } from '@kaito/azure';
import { MANAGER, ownershipTags } from '../pools/ownership.ts';
import { amountsOf, poolAlone } from './amounts.ts';
import type { Amounts } from './amounts.ts';
import type { Window } from './counter-estimate.ts';
import type { Demand } from './demand.ts';

/**
 * How long Azure's counters may lag behind a pool that is finished, or gone from the LIST. Azure promises no bound; machines
 * come minutes before their pool is finished and go before it vanishes, so a minute more is generous.
 */
export const COUNTER_LAG_MS = 60_000;
/** After so long without a change a pool that failed or was stopped is taken to stay as it is. */
export const STUCK_MS = 10 * 60_000;

/** Cores and family of a VM size; undefined where they are not known. */
export type SizeOf = (vmSize: string) => Pick<Demand, 'vcpus' | 'family'> | undefined;

/** A stretch of time on the monotonic clock; Infinity where it has not ended. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** What a pool takes, and when Azure's counters may have had it, and when they surely had. */
export interface PoolHold {
  readonly amounts: Amounts;
  /** Uid of the claim whose pool it is; undefined for pools that we did not make. */
  readonly uid: string | undefined;
  /** The provisioning state that the last LIST showed. */
  readonly state: string;
  readonly atRest: boolean;
  readonly possible: Span;
  /** Undefined before the pool was at rest for the first time. */
  readonly certain: Span | undefined;
  /** Since when nobody has worked on the pool, though it is not as it should be. */
  readonly stuckSince: number | undefined;
  /** Its cores count as those of others: whatever the counters have of it, they will go on having. */
  readonly absorbed: boolean;
}

/** A LIST of the agent pools, and when the one before it was sent; undefined for the first. */
export interface Look extends Window {
  readonly previousSentAt: number | undefined;
}

/** The pool that is looked at, what it takes when all of it is counted, and when its PUT can have gone out at the earliest. */
export interface Sight {
  readonly pool: AgentPool;
  readonly amounts: Amounts;
  readonly requestedAt: number | undefined;
}

/** What is known of a pool after one more look at it. @param before undefined when the last LIST did not have the pool */
export function follow(before: PoolHold | undefined, { pool, amounts, requestedAt }: Sight, look: Look): PoolHold {
  const first = look.previousSentAt === undefined;
  const stuck = isStuck(pool);
  // What stood still before our time is in the counters, or out of them, for good.
  const absorbed = stuck && (before?.absorbed ?? first);
  return {
    amounts: absorbed ? poolAlone : amounts,
    uid: claimOf(pool),
    state: pool.provisioningState,
    atRest: isAtRest(pool),
    possible: { from: before?.possible.from ?? requestedAt ?? look.previousSentAt ?? -Infinity, until: Infinity },
    certain: certainSpan(before, pool, look),
    stuckSince: stuck ? (before?.stuckSince ?? look.answeredAt) : undefined,
    absorbed,
  };
}

/** What is known of a pool that a look did not show any more, or showed as another pool. */
export function end(hold: PoolHold, look: Look): PoolHold {
  const possible = { from: hold.possible.from, until: look.answeredAt + COUNTER_LAG_MS };
  return { ...hold, possible, certain: hold.atRest ? closed(hold.certain, look) : hold.certain };
}

/** What a pool takes when all of its machines are counted. */
export function amountsOfPool({ vmSize, count, priority }: AgentPool, sizeOf: SizeOf): Amounts {
  const size = sizeOf(vmSize);
  return size ? amountsOf({ ...size, spot: priority?.toLowerCase() === 'spot' }, count) : poolAlone;
}

export function isPossible({ possible }: PoolHold, { sentAt, answeredAt }: Window): boolean {
  return possible.from <= answeredAt && possible.until >= sentAt;
}

export function isCertain({ certain }: PoolHold, { sentAt, answeredAt }: Window): boolean {
  return certain !== undefined && certain.from <= sentAt && certain.until >= answeredAt;
}

/** The claim for which a pool of ours was made. */
export function claimOf({ tags }: AgentPool): string | undefined {
  return tags[ownershipTags.managedBy] === MANAGER ? tags[ownershipTags.uid] : undefined;
}

/** A pool at rest in two LISTs was at rest between them; one that has left its rest did so after the last LIST that showed it. */
function certainSpan(before: PoolHold | undefined, pool: AgentPool, look: Look): Span | undefined {
  if (!isAtRest(pool)) return before?.atRest ? closed(before.certain, look) : before?.certain;
  if (before?.atRest) return before.certain;
  // What was at rest before our time has been so for long, most likely; to doubt it would stop launches after each restart.
  const from = look.previousSentAt === undefined ? -Infinity : look.answeredAt + COUNTER_LAG_MS;
  return { from, until: Infinity };
}

function closed(span: Span | undefined, { previousSentAt }: Look): Span | undefined {
  return span && { from: span.from, until: previousSentAt ?? -Infinity };
}

function isAtRest({ provisioningState, powerState }: AgentPool): boolean {
  return provisioningState === 'Succeeded' && powerState !== 'Stopped';
}

/** Failed, canceled or stopped: its machines may be counted or not, and nobody is changing that. */
function isStuck({ provisioningState, powerState }: AgentPool): boolean {
  if (provisioningState === 'Succeeded') return powerState === 'Stopped';
  return provisioningState === 'Failed' || provisioningState === 'Canceled';
}
