import { sleep as sleepUnlessAborted, type Clock } from '@kaito/kube';

/** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. */
export async function sleep(ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  if (signal.aborted || ms <= 0) return;
  await sleepUnlessAborted(clock, ms, signal).catch(() => undefined); // Only the signal makes it fail.
}
