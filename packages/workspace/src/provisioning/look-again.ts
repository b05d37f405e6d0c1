import type { Plan } from '@kaito/planner';
import type { Observed } from '../observed.ts';
import { msToDeadline } from './next-rung.ts';
import { msToLoss } from './stand.ts';

/** The soonest of several waits in milliseconds, of which 0 means none. */
export function soonest(...waits: readonly number[]): number {
  const set = waits.filter(ms => ms > 0);
  return set.length > 0 ? Math.min(...set) : 0;
}

/** When time alone will change what is to be done: a deadline of the ladder, or a reserved node that stays away. */
export function msToTurn(observed: Observed, plan: Plan, now: number): number {
  return soonest(msToDeadline(observed, plan, now), msToLoss(observed, now));
}
