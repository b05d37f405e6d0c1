import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** What is waited for, in words: the first line of the failure. */
  readonly describe?: string;
  /** 20,000 by default. */
  readonly timeoutMs?: number;
  /** Pause between the first tries; 50 by default. What takes long is asked for less often, a tenth of the time so far apart. */
  readonly intervalMs?: number;
  /** Gives more to read when time is up, such as the logs of a stack: `stack.dump`. */
  readonly dump?: () => Promise<string> | string;
  readonly signal?: AbortSignal;
}

/** However long it takes: something that is to be seen only for a while must not slip through. */
const LONGEST_INTERVAL_MS = 250;

/**
 * Waits for a condition: calls `attempt` again and again until it returns instead of throwing.
 * @returns what `attempt` has returned.
 * @throws Error with the last failure as its cause when time is up; the signal's reason when it is aborted.
 */
export async function eventually<T>(attempt: () => Promise<T> | T, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 20_000, intervalMs = 50, signal } = options;
  const since = performance.now();
  const until = since + timeoutMs;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (cause) {
      signal?.throwIfAborted();
      if (performance.now() >= until) throw await failure(options, tries, cause);
    }
    const pause = Math.max(intervalMs, Math.min((performance.now() - since) / 10, LONGEST_INTERVAL_MS));
    await delay(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

async function failure(
  { describe = 'the condition', timeoutMs = 20_000, dump }: EventuallyOptions,
  tries: number,
  cause: unknown,
): Promise<Error> {
  const last = messageOf(cause);
  const more = dump ? `\n${await readDump(dump)}` : '';
  return new Error(`${describe}: not within ${timeoutMs / 1000} s, in ${tries} tries; at last: ${last}${more}`, {
    cause,
  });
}

async function readDump(dump: () => Promise<string> | string): Promise<string> {
  try {
    return await dump();
  } catch (error) {
    return `(the dump failed: ${messageOf(error)})`;
  }
}

/** Not by `instanceof`: the errors of Node's own modules are made by another `Error` than a test's. */
function messageOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
}
