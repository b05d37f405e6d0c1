import { nodeClaimReasons } from '@kaito/crds';
import { offeringOf } from '../../offerings/pool-offering.ts';
import { initializationBlocker } from './initialization.ts';
import type { NodeMatch } from './node-match.ts';
import type { Pass, Services } from './pass.ts';
import { isRegistered } from './registration.ts';

/** A node that has just joined is often Ready a moment later: so long, one write is waited for that says both. */
const NODE_SETTLES_MS = 2000;
/** What stands against a node's first pod only while it comes up. */
const SETTLING: readonly string[] = [nodeClaimReasons.nodeNotReady, nodeClaimReasons.ephemeralTaintsExist];

/**
 * How long a node that has just joined is left alone, in milliseconds, unless it comes up before: 0 as soon as it can take
 * pods. One with start-up taints to get is not kept waiting: they have to be there before the first pod is.
 */
export function settlingForMs(
  { claim, operation }: Pass,
  { clock }: Pick<Services, 'clock'>,
  match: NodeMatch,
): number {
  if (match.found !== 'one' || claim.startupTaints.length > 0 || isRegistered(match.node, claim)) return 0;
  operation.nodeSeenAt ??= clock.monotonic();
  const { reason } = initializationBlocker(claim, match.node, match.node.spec?.taints ?? []) ?? { reason: '' };
  return SETTLING.includes(reason) ? Math.max(0, operation.nodeSeenAt + NODE_SETTLES_MS - clock.monotonic()) : 0;
}

/** The machine is there: no LIST has to look for it, earlier failures are history, and its offering is known to be good. */
export function settle({ claim, pool, operation, sighting }: Pass, services: Services): void {
  const { poller, quota, offerings, instanceTypes, clock } = services;
  operation.failure = undefined;
  poller.settle(pool);
  if (operation.joined) return;
  operation.joined = true;
  quota.leave(claim.uid);
  const offering =
    sighting.state === 'ours' ? offeringOf(sighting.pool, name => instanceTypes.lookup(name)) : undefined;
  if (offering) offerings.succeeded(offering, clock.monotonic());
  offerings.ended(claim.uid);
}
