import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** What is waited for, in words: the first line of the failure. */
  readonly describe?: string;
  /** 20,000 by default. */
  readonly timeoutMs?: number;
  /** Pause between two tries; 50 by default. */
  readonly intervalMs?: number;
  /** Gives more to read when time is up, such as the logs of a stack: `stack.dump`. */
  readonly dump?: () => Promise<string> | string;
  readonly signal?: AbortSignal;
}

/**
 * Waits for a condition: calls `attempt` again and again until it returns instead of throwing.
 * @returns what `attempt` has returned.
 * @throws Error with the last failure as its cause when time is up; the signal's reason when it is aborted.
 */
export async function eventually<T>(attempt: () => Promise<T> | T, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 20_000, intervalMs = 50, signal } = options;
  const until = performance.now() + timeoutMs;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (cause) {
      signal?.throwIfAborted();
      if (performance.now() >= until) throw await failure(options, tries, cause);
    }
    await delay(intervalMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
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
