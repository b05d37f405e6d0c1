import { messageOf } from '../error-text.ts';
import { pause } from './pause.ts';
import type { Program } from './program.ts';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A program ended, while it was starting, because another process holds one of its ports. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/** How Go and Node put it. */
const PORT_TAKEN = /address already in use|EADDRINUSE/;

/**
 * Waits until `check` gives a value. A check that throws is made again: whoever starts does not answer at first.
 * @param programs the one that is awaited, and others that it needs.
 * @throws as soon as one of them ends, or when the time is over, with the end of its log and what the last check said;
 * PortTakenError when it ended for that; the signal's reason when it is aborted.
 */
export async function waitUntilUp<T>(
  programs: readonly [Program, ...Program[]],
  check: () => Promise<T | undefined>,
  options: WaitOptions,
): Promise<T> {
  const { timeoutMs, intervalMs = 20, signal } = options;
  const until = performance.now() + timeoutMs;
  for (let last = 'no answer'; ; await pause(intervalMs, signal)) {
    const ended = programs.find(program => !program.running);
    if (ended) throw endedEarly(ended);
    try {
      const value = await check();
      if (value !== undefined) return value;
    } catch (error) {
      signal?.throwIfAborted();
      last = messageOf(error);
    }
    if (performance.now() > until) throw programs[0].failure(`did not answer within ${timeoutMs / 1000} s: ${last}`);
  }
}

function endedEarly(program: Program): Error {
  const failure = program.failure('ended while it was starting');
  return PORT_TAKEN.test(program.logs()) ? new PortTakenError(failure.message) : failure;
}
