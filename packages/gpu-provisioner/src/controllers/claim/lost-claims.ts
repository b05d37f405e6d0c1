import { finalizers } from '@kaito/crds';
import type { Claim, ClaimKey, ClaimObject, Dialect } from '../../claims/claim.ts';
import { slotOf } from '../../pools/pool-name.ts';

/**
 * Claims that the API server let go although our finalizer was on them. It does so when a deletion and the patch that adds the
 * finalizer meet: both succeed, and the claim is gone at once (kubernetes/kubernetes#77988). By then its pool may have been
 * requested, and nobody else knows of it before garbage collection does.
 */
export class LostClaims {
  readonly #byUid = new Map<string, Claim>();

  /** Notes a claim that is no more, if it is a lost one. @param object as it was last seen @returns whether it is */
  note(dialect: Dialect, object: ClaimObject): boolean {
    const { deletionTimestamp, finalizers: held = [] } = object.metadata;
    // One that goes in good order is seen on its way out before it is seen to be gone.
    if (deletionTimestamp !== undefined || !held.includes(finalizers.termination) || !dialect.isOurs(object))
      return false;
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
