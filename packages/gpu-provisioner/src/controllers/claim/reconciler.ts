import type { Node, ReconcileContext, Result } from '@kaito/kube';
import { parseClaimKey } from '../../claims/claim.ts';
import type { ClaimKey, ClaimObject, Dialect } from '../../claims/claim.ts';
import { dialects } from '../../claims/dialects.ts';
import { slotOf } from '../../pools/pool-name.ts';
import { sightPool } from '../../pools/pool-sighting.ts';
import { nodesOf } from './caches.ts';
import type { Caches } from './caches.ts';
import { bringUp } from './bring-up.ts';
import { isHeld, ownersOf } from './observed-nodes.ts';
import type { Pass, Services } from './pass.ts';
import { tearDown } from './teardown.ts';
import { terminate } from './termination.ts';

/** One pass over a claim of either kind: observes everything once, then brings it up, takes it down, or cleans up behind it. */
export class ClaimReconciler {
  readonly #services: Services;
  readonly #caches: Caches;

  constructor(services: Services, caches: Caches) {
    this.#services = services;
    this.#caches = caches;
  }

  /** @throws ApiError of the first write that failed; what was done before it stands, and the next pass carries on. */
  async reconcile(key: ClaimKey, context: ReconcileContext): Promise<Result | void> {
    const { kind, name } = parseClaimKey(key);
    const dialect = dialects[kind];
    const object = this.#caches.claims[kind].get(name);
    await this.#releaseOrphans(key, object?.metadata.uid, context);
    if (!object || !dialect.isOurs(object)) return;
    const pass = this.#observe(dialect, object, context);
    const podsOn = (node: string) => this.#caches.pods.byIndex('node', node);
    return pass.claim.deletedAt === undefined
      ? await bringUp(pass, this.#services)
      : await terminate(pass, this.#services, podsOn);
  }

  #observe(dialect: Dialect, object: ClaimObject, { signal, logger }: ReconcileContext): Pass {
    const { operations, poller, clock } = this.#services;
    const claim = dialect.view(object);
    const { pool } = slotOf(claim);
    const operation = operations.of(claim.uid);
    const sighting = sightPool(poller.latest, { pool, owner: claim, operation }, clock.monotonic());
    if (sighting.state === 'ours') operation.seen = true;
    const nodes = nodesOf(this.#caches, pool, claim.key);
    return { claim, dialect, pool, operation, sighting, nodes, signal, logger };
  }

  /** Nodes on their way out whose claim is no more: somebody took its finalizer. Their machines go, then they may. */
  async #releaseOrphans(key: ClaimKey, uid: string | undefined, context: ReconcileContext): Promise<void> {
    const orphans = this.#caches.nodes.byIndex('owner', key).filter(node => isOrphan(node, uid));
    for (const node of orphans) await this.#releaseOrphan(key, node, context);
  }

  async #releaseOrphan(key: ClaimKey, node: Node, { signal, logger }: ReconcileContext): Promise<void> {
    const { operations } = this.#services;
    const { kind, name } = parseClaimKey(key);
    const owner = { kind, name, uid: ownersOf(node)[0]?.uid ?? '' };
    const target = {
      owner,
      pool: slotOf(owner).pool,
      operation: operations.of(owner.uid),
      nodes: [node],
      podsOn: (host: string) => this.#caches.pods.byIndex('node', host),
      deadline: undefined,
      subject: node,
      signal,
      logger,
    };
    const { gone } = await tearDown(target, this.#services);
    if (gone) operations.forget(owner.uid);
  }
}

/** @param uid of the claim that has the owner's name now, if any */
function isOrphan(node: Node, uid: string | undefined): boolean {
  const { deletionTimestamp } = node.metadata;
  return deletionTimestamp !== undefined && isHeld(node) && ownersOf(node).every(owner => owner.uid !== uid);
}
