import { Controller, ignoreNotFound } from '@kaito/kube';
import type { Client, Clock, EventRecorder, Logger, Metrics, ReconcileContext, Result } from '@kaito/kube';
import { parseDuration } from '../../claims/duration.ts';
import { nodeClaimDialect } from '../../claims/node-claim.ts';
import type { DisruptionMetrics } from '../disruption-metrics.ts';
import type { FleetCaches } from '../fleet.ts';

export interface ExpirationServices {
  readonly client: Pick<Client, 'delete'>;
  readonly claims: FleetCaches['claims']['NodeClaim'];
  readonly events: Pick<EventRecorder, 'record'>;
  readonly disruptions: DisruptionMetrics;
  readonly clock: Clock;
}

export interface ExpirationOptions {
  readonly services: ExpirationServices;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * The controller that deletes NodeClaims older than their `expireAfter`. Only for those who ask for it: the API server writes
 * 720h into every claim whose author says nothing, and nobody wants a model to end for that. Machines never expire.
 */
export function expirationController({ services, logger, metrics }: ExpirationOptions): Controller {
  return new Controller({
    name: 'expiration',
    reconcile: (name, context) => expire(name, services, context),
    logger,
    metrics,
    clock: services.clock,
  }).watch(services.claims, ({ metadata }, old) => (old?.metadata.uid === metadata.uid ? [] : [metadata.name]));
}

/**
 * Deletes the claim when its time is over. Its node is drained as with any other deletion.
 * @returns when its time will be over; nothing when it never will
 */
export async function expire(
  name: string,
  { client, claims, events, disruptions, clock }: ExpirationServices,
  { signal, logger }: Pick<ReconcileContext, 'signal' | 'logger'>,
): Promise<Result | void> {
  const object = claims.get(name);
  const lifetimeMs = parseDuration(object?.spec?.expireAfter);
  if (!object || lifetimeMs === undefined || !nodeClaimDialect.isOurs(object)) return undefined;
  const claim = nodeClaimDialect.view(object);
  if (claim.deletedAt !== undefined) return undefined;
  const leftMs = claim.createdAt + lifetimeMs - clock.now();
  if (leftMs > 0) return { requeueAfterMs: leftMs };
  const message = `The claim is older than its expireAfter of ${object.spec?.expireAfter}: its node is drained and removed`;
  events.record(object, { type: 'Normal', reason: 'Expired', message });
  await ignoreNotFound(client.delete(nodeClaimDialect.resource, { name }, { uid: claim.uid, signal }));
  disruptions.disrupted(claim, 'expired');
  logger.info('Claim expired', { claim: name, expireAfter: object.spec?.expireAfter });
  return undefined;
}
