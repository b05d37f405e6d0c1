import { nodeClaimReasons } from '@kaito/crds';
import { awaiting } from '../../claims/wording.ts';
import { faultPolicies } from '../../faults/fault-policy.ts';
import { unavailable } from '../../faults/launch-failure.ts';
import { chooseOffering } from '../../offerings/choose-offering.ts';
import type { Choice, RungVerdict } from '../../offerings/choose-offering.ts';
import { describeVerdicts, noRungLeft } from '../../offerings/describe-verdicts.ts';
import { ladderOf } from '../../offerings/ladder.ts';
import type { Offering } from '../../offerings/offering.ts';
import type { Refusal } from '../../offerings/refusal.ts';
import type { PoolRequest } from '../../pools/pool-body.ts';
import { wishOf } from '../../pools/pool-wish.ts';
import { POOL_COUNTER } from '../../quota/demand.ts';
import type { Demand } from '../../quota/demand.ts';
import type { LaunchOutcome } from './launch-decision.ts';
import type { Pass, Services } from './pass.ts';

/** A request that may go out, with what it takes reserved; or why there is none. */
export type Secured =
  | { readonly ok: true; readonly request: PoolRequest; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly outcome: LaunchOutcome };

type SecureServices = Pick<Services, 'poolDefaults' | 'instanceTypes' | 'offerings' | 'quota' | 'clock'>;
type NoChoice = Exclude<Choice, { readonly choice: Offering }>;

/** What the list of instance types does not have may be there at the next reading. */
const UNOFFERED_RECHECK_MS = 10 * 60_000;

/**
 * Finds the best offering that serves the claim now and reserves what it takes. Sends nothing; whoever gets a request out of
 * this sends it, or gives the reservation back.
 */
export function secureOffering({ claim }: Pick<Pass, 'claim'>, services: SecureServices): Secured {
  const { poolDefaults, instanceTypes, offerings, quota, clock } = services;
  const wish = wishOf(claim, poolDefaults);
  if (!wish.ok) return refused(wish.refusal);
  if (!instanceTypes.settled) return waiting(awaiting.message);
  const ladder = ladderOf(claim, instanceTypes);
  if (!ladder.ok) return ladder.refusal ? refused(ladder.refusal) : waiting(ladder.waitingFor);
  if (!quota.isInformed(claim)) return waiting('the quota of the subscription is being read');
  const now = clock.monotonic();
  const choice = chooseOffering(ladder.rungs, {
    state: offering => offerings.state(offering, now, claim.uid),
    shortage: offering => quota.shortage(claim, demandOf(offering)),
  });
  if (choice.choice === undefined) return noRung(claim, choice, services);
  quota.reserve(claim, demandOf(choice.choice));
  offerings.begin(choice.choice, claim.uid, now);
  return { ok: true, request: { wish: wish.wish, offering: choice.choice }, warnings: wish.warnings };
}

/** What a machine of this offering takes of the subscription's quota. */
export function demandOf({ type: { vcpus, family }, capacityType }: Offering): Demand {
  return { vcpus, family, spot: capacityType === 'spot' };
}

function noRung(claim: Pass['claim'], { none, retryAt, waitingForQuota }: NoChoice, services: SecureServices): Secured {
  const { quota, clock, instanceTypes } = services;
  const occasion = { location: instanceTypes.location, clock };
  const again = retryAt === undefined ? {} : { requeueAfterMs: Math.max(1, retryAt - clock.monotonic()) };
  if (!waitingForQuota) quota.leave(claim.uid);
  // Another claim finds out about one of them: that is not the end.
  if (!waitingForQuota && none.every(({ why }) => why.state !== 'probing')) {
    const step = { state: 'failed', reason: reasonOf(none), message: noRungLeft(none, occasion) } as const;
    return { ok: false, outcome: { step, exhausted: true, ...again } };
  }
  const short = none.filter(({ why }) => why.state === 'short');
  if (waitingForQuota) {
    quota.wait(
      claim,
      short.map(({ offering }) => demandOf(offering)),
    );
  }
  const step = {
    state: 'waiting',
    reason: reasonOf(waitingForQuota ? short : none),
    message: describeVerdicts(none, occasion),
  } as const;
  return { ok: false, outcome: { step, ...again } };
}

/** The reason of the rung that the claim wants most. */
function reasonOf([first]: readonly RungVerdict[]): string {
  if (!first) return nodeClaimReasons.launchFailed;
  const { why } = first;
  if (why.state !== 'short') return why.reason;
  return why.shortage.counter === POOL_COUNTER ? faultPolicies.cap.reason : faultPolicies.quota.reason;
}

function waiting(message: string): Secured {
  return { ok: false, outcome: { step: { state: 'waiting', reason: awaiting.reason, message } } };
}

function refused({ reason, message }: Refusal): Secured {
  if (reason !== 'SKUNotAvailable') return { ok: false, outcome: { step: { state: 'failed', reason, message } } };
  const step = { state: 'failed', reason, message: unavailable(message) } as const;
  return { ok: false, outcome: { step, exhausted: true, requeueAfterMs: UNOFFERED_RECHECK_MS } };
}
