import type { Shortage } from '../quota/demand.ts';
import type { Offering } from './offering.ts';
import type { OfferingState } from './offering-memory.ts';

/** Why a rung cannot be taken now. */
export interface RungVerdict {
  readonly offering: Offering;
  readonly why: Shortfall | Exclude<OfferingState, { state: 'available' }>;
}

/** Not enough quota, or no room for another agent pool. */
export interface Shortfall {
  readonly state: 'short';
  readonly shortage: Shortage;
}

/** What is known about each rung at this moment. */
export interface Standing {
  readonly state: (offering: Offering) => OfferingState;
  /** What an offering would lack of what is limited; undefined when nothing, or when nobody knows. */
  readonly shortage: (offering: Offering) => Shortage | undefined;
}

export type Choice =
  | { readonly choice: Offering }
  | {
      readonly choice: undefined;
      /** One for each rung, in their order. */
      readonly none: readonly RungVerdict[];
      /** The earliest time at which a rung may be free by itself, on the clock of the states; undefined when only quota is short. */
      readonly retryAt: number | undefined;
      /** Whether a rung is there but for quota: it is worth looking at the counters again. */
      readonly waitingForQuota: boolean;
    };

/** The first rung that is available and that nothing is short for. Pure. */
export function chooseOffering(rungs: readonly Offering[], { state, shortage }: Standing): Choice {
  const none: RungVerdict[] = [];
  for (const offering of rungs) {
    const why = verdictOn(state(offering), shortage(offering));
    if (!why) return { choice: offering };
    none.push({ offering, why });
  }
  const times = none.flatMap(({ why }) => (why.state === 'short' ? [] : [why.until]));
  return {
    choice: undefined,
    none,
    retryAt: times.length > 0 ? Math.min(...times) : undefined,
    waitingForQuota: none.some(({ why }) => why.state === 'short'),
  };
}

/** A shortage says more than the memory of a refusal: it has numbers. */
function verdictOn(state: OfferingState, shortage: Shortage | undefined): RungVerdict['why'] | undefined {
  if (shortage) return { state: 'short', shortage };
  return state.state === 'available' ? undefined : state;
}
