export interface BackoffOptions {
  /** The first delay in milliseconds. */
  readonly baseMs: number;
  /** No delay is longer. */
  readonly maxMs: number;
  /** Gives numbers in [0, 1). Without it, delays are exact. */
  readonly random?: (() => number) | undefined;
}

/**
 * The delay in milliseconds before attempt `failures + 1`, after `failures` (≥ 1) failures in a row: it doubles each
 * time. With `random` it is spread over half to one and a half of that, so that many clients do not come back at once.
 */
export function backoffDelay(failures: number, { baseMs, maxMs, random }: BackoffOptions): number {
  const exact = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 50));
  return random ? Math.min(maxMs, exact * (0.5 + random())) : exact;
}
