import type { Result } from '@kaito/kube';

/** The earliest of several wishes to look again, in milliseconds; undefined when there is none. */
export function soonest(...wishes: readonly (number | undefined)[]): Result | undefined {
  const times = wishes.filter(ms => ms !== undefined && Number.isFinite(ms)).map(ms => Math.max(1, ms ?? 0));
  return times.length === 0 ? undefined : { requeueAfterMs: Math.min(...times) };
}
