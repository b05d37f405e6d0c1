import { createHash } from 'node:crypto';
import type { ClaimKind } from '../claims/claim.ts';

/** Names that AKS takes for a Linux pool: 1 to 12 lower-case letters and digits, a letter first (AKS docs, node pool limits). */
const POOL_NAME = /^[a-z][a-z0-9]{0,11}$/;
const DERIVED_PREFIX = 'k';
const DERIVED_DIGITS = 11;

/** The place where a claim's machine lives: an agent pool and the number of the instance in it. */
export interface Slot {
  readonly pool: string;
  readonly instance: number;
}

/**
 * The slot of a claim: the same claim always maps to the same slot, so that a restart finds what it began. Today each
 * claim has a pool to itself; pools shared by claims of one shape would begin, and end, here.
 */
export function slotOf(claim: { readonly kind: ClaimKind; readonly name: string }): Slot {
  return { pool: poolName(claim.kind, claim.name), instance: 0 };
}

/** The claim's own name where AKS takes it, else a name derived from kind and name. */
function poolName(kind: ClaimKind, name: string): string {
  if (POOL_NAME.test(name)) return name;
  const digest = createHash('sha256').update(`${kind}/${name}`).digest('hex');
  return DERIVED_PREFIX + digest.slice(0, DERIVED_DIGITS);
}
