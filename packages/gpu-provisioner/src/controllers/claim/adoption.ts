import { finalizers, labels } from '@kaito/crds';
import type { Pass, Services } from './pass.ts';

/**
 * The label that says whose the finalizer on a claim is: other provisioners use the same. It is written together with ours.
 * On a claim that has a finalizer already it waits until the pools are read: whether one is adopted is told with it, once.
 */
export function markOf({ claim, sighting }: Pick<Pass, 'claim' | 'sighting'>): Readonly<Record<string, string>> {
  const takenOn = claim.finalizers.includes(finalizers.termination);
  return takenOn && sighting.state === 'unread' ? {} : { [labels.kaitoNodeClass]: claim.nodeClass };
}

const EVIDENCE = {
  labels: 'its labels name the claim and the time at which it was made',
  providerID: 'it holds the machine that the claim names',
} as const;

/**
 * Tells once that a pool which another provisioner made for the claim is carried on: the claim gets our mark in the same
 * pass. Nothing is written to the pool: to tag it would be an operation of minutes on a machine in use.
 * @param pass over the claim as it was before our mark was written
 */
export function tellAdoption({ claim, pool, sighting, logger }: Pass, { events }: Pick<Services, 'events'>): void {
  if (sighting.state !== 'ours' || sighting.evidence === 'tags' || labels.kaitoNodeClass in claim.labels) return;
  const message = `Agent pool ${pool} was made by another provisioner and is carried on: ${EVIDENCE[sighting.evidence]}`;
  events.record(claim.object, { type: 'Normal', reason: 'Adopted', message });
  logger.info('Agent pool adopted', { pool, evidence: sighting.evidence });
}
