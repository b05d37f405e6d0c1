import { timeOf } from '../../claims/claim.ts';
import { ownershipTags } from '../../pools/ownership.ts';
import type { Evidence } from './evidence.ts';
import { holdsIn } from './holds.ts';
import type { Hold } from './holds.ts';
import type { Sighting } from './sightings.ts';
import { suspectsIn } from './suspects.ts';
import type { ClaimSuspect, PoolSuspect, Suspects } from './suspects.ts';
import type { CollectionTerms } from './terms.ts';

/** What garbage collection makes of the evidence at hand. */
export interface Collection extends Suspects {
  /** Why nothing, or no claim, may be deleted. */
  readonly holds: readonly Hold[];
  /** Suspects that have been so for long enough: the only ones about which Azure and the API server are asked. */
  readonly ripe: Suspects;
}

/** Two LISTs must be this far apart to count as two: one hiccup of ARM can spoil several in a row. */
const APART_MS = 10_000;
/**
 * How long a pool may be without its machine. AKS takes nodes away for minutes when it reimages or repairs them, and brings
 * them back.
 */
const MACHINE_GRACE_MS = 600_000;

/**
 * Judges the suspects. Pure.
 * @param since when each suspect, by its key, became one
 */
export function collect(
  evidence: Evidence,
  since: (key: string) => Sighting | undefined,
  terms: CollectionTerms,
): Collection {
  const suspects = suspectsIn(evidence);
  const isRipe = (suspect: PoolSuspect | ClaimSuspect): boolean => {
    const sighting = since(suspect.key);
    if (sighting === undefined || evidence.snapshot === undefined) return false;
    const listedFor = evidence.snapshot.askedAt - sighting.askedAt;
    const suspectFor = evidence.monotonic - sighting.at;
    const twice = listedFor >= Math.min(APART_MS, terms.intervalMs);
    return twice && ageOf(suspect, suspectFor, evidence.now) >= graceOf(suspect, terms);
  };
  const ripe = { pools: suspects.pools.filter(isRipe), claims: suspects.claims.filter(isRipe) };
  return { ...suspects, holds: holdsIn(evidence, suspects, terms), ripe };
}

/** The age that the grace is compared with, in milliseconds. */
function ageOf(suspect: PoolSuspect | ClaimSuspect, suspectFor: number, now: number): number {
  if (suspect.object === 'claim') return suspect.missing === 'machine' ? suspectFor : now - suspect.claim.createdAt;
  const age = now - (timeOf(suspect.pool.tags[ownershipTags.createdAt]) ?? Infinity);
  // A tag that is no time, or a time yet to come, says nothing.
  return age >= 0 ? age : suspectFor;
}

function graceOf(suspect: PoolSuspect | ClaimSuspect, { graceMs }: CollectionTerms): number {
  const machine = suspect.object === 'claim' && suspect.missing === 'machine';
  return machine ? Math.max(graceMs, MACHINE_GRACE_MS) : graceMs;
}
