import { backoffDelay, sleep } from '@kaito/kube';
import type { Clock } from '@kaito/kube';

/** What changes at Azure by support requests and new hardware only. */
const REFRESH_MS = 6 * 3_600_000;
const AFTER_FAILURE = { baseMs: 5000, maxMs: 600_000 };

/**
 * Reads something from Azure at once and every six hours, until the signal is aborted; after a failure sooner, from 5 s up to
 * 10 min. @param read whether it could; it never rejects
 */
export async function keepFresh(read: () => Promise<boolean>, clock: Clock, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    failures = (await read()) ? 0 : failures + 1;
    const delayMs = failures === 0 ? REFRESH_MS : backoffDelay(failures, AFTER_FAILURE);
    await sleep(clock, delayMs, signal).catch(() => undefined); // rejects only when it is time to stop
  }
}
