import type { Clock } from '../clock/clock.ts';

/**
 * The value of `promise`, if it comes within `ms` milliseconds.
 * @throws Error when it does not, or what the promise is rejected with.
 */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(new Error(`not done within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
