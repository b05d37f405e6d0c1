/**
 * Resolves when `signal` is aborted.
 * @throws the reason of `cancel` when that is aborted first; no listener is left behind.
 */
export function untilAborted(signal: AbortSignal, cancel?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel?.removeEventListener('abort', onCancel);
      resolve();
    };
    const onCancel = (): void => {
      signal.removeEventListener('abort', onAbort);
      reject(cancel?.reason);
    };
    if (signal.aborted) resolve();
    else if (cancel?.aborted) onCancel();
    else {
      signal.addEventListener('abort', onAbort, { once: true });
      cancel?.addEventListener('abort', onCancel, { once: true });
    }
  });
}
