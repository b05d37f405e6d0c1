import { finalizers } from '@kaito/crds';
import { slippedPast } from '@kaito/kube';
import type { Claim, ClaimKey, ClaimObject, Dialect } from '../../claims/claim.ts';
import { slotOf } from '../../pools/pool-name.ts';

/**
 * Claims that the API server let go although our finalizer was on them, see `slippedPast`. By then a pool may have been requested, and
 * nobody else knows of it before garbage collection does.
 */
export class LostClaims {
  readonly #byUid = new Map<string, Claim>();

  /** Notes a claim that is no more, if it is a lost one. @param object as it was last seen @returns whether it is */
  note(dialect: Dialect, object: ClaimObject): boolean {
    if (!slippedPast(object, finalizers.termination) || !dialect.isOurs(object)) return false;
    const claim = dialect.view(object);
    this.#byUid.set(claim.uid, claim);
    return true;
  }

  /** Those that had this kind and name. */
  of(key: ClaimKey): readonly Claim[] {
    return [...this.#byUid.values()].filter(claim => claim.key === key);
  }

  /** The keys of those whose pool has this name. */
  keysIn(pool: string): readonly ClaimKey[] {
    return [...this.#byUid.values()].filter(claim => slotOf(claim).pool === pool).map(({ key }) => key);
  }

  /** Nothing is left of it. */
  settle(uid: string): void {
    this.#byUid.delete(uid);
  }
}
