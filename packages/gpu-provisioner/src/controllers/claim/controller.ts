import { Controller } from '@kaito/kube';
import type { Logger, Metrics, Node } from '@kaito/kube';
import { claimKey, parseClaimKey } from '../../claims/claim.ts';
import type { ClaimKey, ClaimKind, ClaimObject } from '../../claims/claim.ts';
import { dialects } from '../../claims/dialects.ts';
import type { InstanceTypeCatalogue } from '../../instance-types/instance-type-catalogue.ts';
import type { OfferingMemory } from '../../offerings/offering-memory.ts';
import { slotOf } from '../../pools/pool-name.ts';
import type { PoolPoller } from '../../pools/pool-poller.ts';
import type { QuotaPreflight } from '../../quota/quota-preflight.ts';
import type { Caches } from './caches.ts';
import { keyOfOwner, matters, ownersOf, poolOf } from './observed-nodes.ts';
import { LostClaims } from './lost-claims.ts';
import { wentUnheld } from './lost-node.ts';
import type { Services } from './pass.ts';
import { ClaimReconciler } from './reconciler.ts';

export interface ClaimControllerOptions {
  readonly services: Services;
  readonly caches: Caches;
  readonly poller: PoolPoller;
  readonly catalogue: InstanceTypeCatalogue;
  readonly offerings: OfferingMemory;
  readonly quota: QuotaPreflight;
  readonly workers: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A conflict or a lost node patch is tried again soon; an API server in trouble is not pressed. */
const BACKOFF = { baseMs: 50, maxMs: 60_000 };

const kinds: readonly ClaimKind[] = ['Machine', 'NodeClaim'];

/** The controller of claims of both kinds: what wakes a claim is wired here, what happens then is in the reconciler. */
export function claimController(options: ClaimControllerOptions): Controller<ClaimKey> {
  const { services, caches, poller, catalogue, offerings, quota, workers, logger, metrics } = options;
  const lost = new LostClaims();
  const reconciler = new ClaimReconciler(services, caches, lost);
  const controller = new Controller<ClaimKey>({
    name: 'claim',
    reconcile: (key, context) => reconciler.reconcile(key, context),
    workers,
    backoff: BACKOFF,
    logger,
    metrics,
    clock: services.clock,
  });
  const claimsInPool = (pool: string): ClaimKey[] =>
    kinds.flatMap(kind =>
      caches.claims[kind].byIndex('pool', pool).map(({ metadata }) => claimKey(kind, metadata.name)),
    );
  const ofNode = (node: Node): ClaimKey[] => {
    const pool = poolOf(node);
    return [...(pool === undefined ? [] : claimsInPool(pool)), ...ownersOf(node).map(keyOfOwner)];
  };
  /** The claims in a pool, and those that are no more and left it, or a node there. */
  const ofPool = (pool: string): ClaimKey[] => [
    ...claimsInPool(pool),
    ...lost.keysIn(pool),
    ...caches.nodes.byIndex('pool', pool).flatMap(ofNode),
  ];

  for (const kind of kinds) {
    const keyOf = ({ metadata }: ClaimObject): ClaimKey[] => [claimKey(kind, metadata.name)];
    controller.watch(caches.claims[kind], keyOf);
    caches.claims[kind].onEvent(({ type, object }) => {
      if (type !== 'deleted') return;
      const { uid = '' } = object.metadata;
      const isLost = services.operations.of(uid).joined !== true && lost.note(dialects[kind], object);
      if (!isLost) services.operations.forget(uid);
      services.quota.release(uid);
      services.quota.leave(uid);
      services.offerings.ended(uid);
      services.poller.settle(slotOf({ kind, name: object.metadata.name }).pool);
    });
  }
  caches.nodes.onEvent(({ type, object: node }) => {
    if (type !== 'deleted') return;
    for (const key of ofNode(node)) {
      const { kind, name } = parseClaimKey(key);
      const claim = caches.claims[kind].get(name);
      if (claim && wentUnheld(node, claim)) services.operations.of(claim.metadata.uid ?? '').nodeLost = true;
    }
  });
  controller.watch(caches.nodes, (node, old) => (matters(node, old) ? ofNode(node) : []));
  /** The claims whose drain may go on when something leaves the node. */
  const drainedFrom = (name: string | undefined): ClaimKey[] => {
    const node = caches.nodes.get(name ?? '');
    return node?.metadata.deletionTimestamp ? ofNode(node) : [];
  };
  controller.watch(caches.pods, pod => drainedFrom(pod.spec?.nodeName));
  controller.watch(caches.attachments, ({ spec }) => drainedFrom(spec.nodeName));

  const everyClaim = (): void => {
    for (const kind of kinds) {
      for (const { metadata } of caches.claims[kind].list()) controller.enqueue(claimKey(kind, metadata.name));
    }
  };
  /** Those that have no machine yet: a change of what can be had concerns no other. */
  const unserved = (): void => {
    for (const kind of kinds) {
      for (const { metadata, status } of caches.claims[kind].list()) {
        if (!status?.providerID) controller.enqueue(claimKey(kind, metadata.name));
      }
    }
  };
  let first = true;
  poller.onSnapshot(pools => {
    if (poller.latest) quota.sawPools(poller.latest);
    if (first) everyClaim();
    first = false;
    for (const key of pools.flatMap(ofPool)) controller.enqueue(key);
  });
  catalogue.onSettled(everyClaim);
  catalogue.onChange(unserved);
  offerings.onRecovery(unserved);
  quota.onRoom(keys => {
    for (const key of keys) controller.enqueue(key);
  });
  return controller;
}
