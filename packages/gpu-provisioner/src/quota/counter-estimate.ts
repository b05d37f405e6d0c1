/** What is known of a number: it lies between both ends, ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A stretch of time on the monotonic clock, in milliseconds: from a request to its answer. */
export interface Window {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * What one reading of a counter says about the use by others. Azure's counters lag: a machine of ours may be in `used` or not
 * while its pool comes or goes.
 * @param used the counter, as it was read
 * @param own what ours take: `certain` is surely in the counter, `possible` is all that may be in it
 */
export function othersIn(used: number, own: { readonly certain: number; readonly possible: number }): Interval {
  const high = Math.max(0, used - own.certain);
  return { low: Math.min(high, Math.max(0, used - own.possible)), high };
}

/**
 * What is known after one more reading: what both allow; where they contradict each other the others have moved, and the newer
 * one is right, at its end nearest to what was known. Without earlier knowledge the newer one is all there is.
 */
export function narrow(known: Interval | undefined, seen: Interval): Interval {
  if (known === undefined) return seen;
  return { low: clamp(known.low, seen), high: clamp(known.high, seen) };
}

function clamp(value: number, { low, high }: Interval): number {
  return Math.min(high, Math.max(low, value));
}
