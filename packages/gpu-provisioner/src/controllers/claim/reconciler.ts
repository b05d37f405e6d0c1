import type { ReconcileContext, Result } from '@kaito/kube';
import { parseClaimKey } from '../../claims/claim.ts';
import type { ClaimKey, ClaimObject, Dialect } from '../../claims/claim.ts';
import { dialects } from '../../claims/dialects.ts';
import { slotOf } from '../../pools/pool-name.ts';
import { sightPool } from '../../pools/pool-sighting.ts';
import { mayBeOurs, nodesOf, occupantsOf } from './caches.ts';
import type { Caches } from './caches.ts';
import type { LostClaims } from './lost-claims.ts';
import { bringUp } from './bring-up.ts';
import { isOrphan, releaseOrphans } from './orphans.ts';
import type { Pass, Services } from './pass.ts';
import { removeLost } from './remove-lost.ts';
import { terminate } from './termination.ts';

/** One pass over a claim of either kind: observes everything once, then brings it up, takes it down, or cleans up behind it. */
export class ClaimReconciler {
  readonly #services: Services;
  readonly #caches: Caches;
  readonly #lost: LostClaims;

  constructor(services: Services, caches: Caches, lost: LostClaims) {
    this.#services = services;
    this.#caches = caches;
    this.#lost = lost;
  }

  /** @throws ApiError of the first write that failed; what was done before it stands, and the next pass carries on. */
  async reconcile(key: ClaimKey, context: ReconcileContext): Promise<Result | void> {
    const { kind, name } = parseClaimKey(key);
    const dialect = dialects[kind];
    const object = this.#caches.claims[kind].get(name);
    const occupants = occupantsOf(this.#caches);
    const owned = this.#caches.nodes.byIndex('owner', key);
    const orphans = owned.filter(node => isOrphan(node, object?.metadata.uid));
    const released = await releaseOrphans(orphans, this.#services, { ...context, ...occupants, key });
    const { signal, logger } = context;
    const losing = { lost: this.#lost, nodes: owned, successor: object, signal, logger };
    const removing = await removeLost(this.#lost.of(key), this.#services, losing);
    const behind = sooner(released, removing);
    if (!object || !mayBeOurs(dialect, object)) return behind;
    const pass = this.#observe(dialect, object, context);
    if (!dialect.isOurs(object) && !isLeftToUs(pass)) return behind;
    const { deletedAt, uid } = pass.claim;
    // The name's pool is still another claim's: a PUT would be refused. Where a LIST shows it, the claim says so.
    if (removing && (deletedAt !== undefined || pass.sighting.state !== 'foreign')) return behind;
    if (deletedAt !== undefined) this.#services.quota.leave(uid);
    const done = await (deletedAt === undefined
      ? bringUp(pass, this.#services)
      : terminate(pass, this.#services, occupants));
    return sooner(behind, done);
  }

  #observe(dialect: Dialect, object: ClaimObject, { signal, logger }: ReconcileContext): Pass {
    const { operations, poller, clock } = this.#services;
    const claim = dialect.view(object);
    const { pool } = slotOf(claim);
    const operation = operations.of(claim.uid);
    const sighting = sightPool(poller.latest, { pool, owner: claim, operation }, clock.monotonic());
    if (sighting.state === 'ours') operation.seen = true;
    const nodes = nodesOf(this.#caches, pool, claim.key);
    if (nodes.length > 0) operation.nodeLost = false;
    return { claim, dialect, pool, operation, sighting, nodes, signal, logger };
  }
}

/** Whether a pool has, or had in this process's time, our tags for exactly this claim, whatever the claim says by now. */
function isLeftToUs({ operation, sighting }: Pass): boolean {
  return operation.seen || (sighting.state === 'ours' && sighting.evidence === 'tags');
}

/** The earlier of two wishes to be called again. */
function sooner(one: Result | void, other: Result | void): Result | undefined {
  const times = [one?.requeueAfterMs, other?.requeueAfterMs].filter(ms => ms !== undefined);
  return times.length === 0 ? undefined : { requeueAfterMs: Math.min(...times) };
}
