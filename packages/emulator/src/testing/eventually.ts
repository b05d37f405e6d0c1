import { setTimeout as pause } from 'node:timers/promises';

/** Repeats until it no longer throws, and returns its value; after `timeoutMs` the last error is thrown. */
export async function eventually<T>(attempt: () => Promise<T> | T, timeoutMs = 5000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one attempt after the other
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- as above
    await pause(10);
  }
}
