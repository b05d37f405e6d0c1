import { isError } from './thrown.ts';

/** The reason of the signal when the time was up; tells it from an abort by the caller. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'Timeout';
}

/**
 * Runs `work` and rejects as soon as `timeoutMs` have passed or the caller's signal is aborted, even when `work` does not
 * listen to the signal that it is given. Leaves no timer and no listener behind.
 * @throws DeadlineError when the time was up, the signal's reason when the caller aborted, otherwise what `work` throws.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stopWith = (reason: unknown): void => {
    stop.abort(reason);
    reject(isError(reason) ? reason : new Error(String(reason)));
  };
  const onAbort = (): void => stopWith(signal?.reason);
  const timer = setTimeout(() => stopWith(new DeadlineError(`no answer within ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(stop.signal), stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
