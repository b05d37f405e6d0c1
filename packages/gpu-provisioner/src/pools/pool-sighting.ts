import type { AgentPool } from '@kaito/azure';
import type { Owner } from '../claims/claim.ts';
import type { Operation } from './operations.ts';
import { ownerEvidence } from './ownership.ts';
import type { OwnerEvidence } from './ownership.ts';
import type { PoolSnapshot } from './pool-poller.ts';

/** What is known about the pool in a claim's slot. */
export type PoolSighting =
  /** The pools have not been read yet. */
  | { readonly state: 'unread' }
  | { readonly state: 'absent' }
  /** ARM accepted our PUT, and no LIST since has had to show it. */
  | { readonly state: 'accepted' }
  | { readonly state: 'ours'; readonly pool: AgentPool; readonly evidence: OwnerEvidence }
  /** Somebody else's, or another claim's: not to be touched. */
  | { readonly state: 'foreign'; readonly pool: AgentPool };

/** How long a LIST may lag behind an accepted PUT before its silence counts. ARM promises no bound; a minute is generous. */
const LIST_LAG_MS = 60_000;

/**
 * Judges the newest LIST in the light of what this process did since.
 * @param now on the monotonic clock
 */
export function sightPool(
  snapshot: PoolSnapshot | undefined,
  slot: { readonly pool: string; readonly owner: Owner; readonly operation: Operation },
  now: number,
): PoolSighting {
  const { created, seen } = slot.operation;
  if (created && (snapshot === undefined || snapshot.askedAt <= created.at)) return { state: 'accepted' };
  if (snapshot === undefined) return { state: 'unread' };
  const shown = judgePool(snapshot.pools.get(slot.pool), slot.owner);
  const lagging = created !== undefined && !seen && now - created.at < LIST_LAG_MS;
  return lagging && shown.state !== 'ours' ? { state: 'accepted' } : shown;
}

/** Whose a pool is that stands in the claim's slot; `absent` when there is none. */
export function judgePool(pool: AgentPool | undefined, owner: Owner): PoolSighting {
  if (pool === undefined) return { state: 'absent' };
  const evidence = ownerEvidence(pool, owner);
  return evidence === undefined ? { state: 'foreign', pool } : { state: 'ours', pool, evidence };
}
