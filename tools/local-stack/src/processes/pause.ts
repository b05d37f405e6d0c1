import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `ms` milliseconds. @throws the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  // Without a signal, or while it is not aborted, a delay cannot fail.
  await delay(ms, undefined, { signal }).catch(() => signal?.throwIfAborted());
}
