import { AsyncLocalStorage } from 'node:async_hooks';
import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { AzureError } from './azure-error.ts';
import { toAzureError } from './to-azure-error.ts';

/** What is known of a call while it runs. */
export interface CallContext {
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
  /** The answer to the last request of the call. */
  response?: PipelineResponse | undefined;
  /** Why the last request of the call got no answer. */
  failure?: unknown;
}

/** What a call gives: its value, and the last answer, for what the SDKs do not hand out (headers, the body of a PUT). */
export interface CallResult<T> {
  readonly value: T;
  readonly response: PipelineResponse | undefined;
}

/**
 * Frames each call to an SDK. The SDKs take a signal for the first page and the first request only, and lose headers and half of
 * the errors' bodies on the way; the context reaches every request of the call, wherever the SDK sends it.
 */
export class Calls {
  readonly #storage = new AsyncLocalStorage<CallContext>();
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  current(): CallContext | undefined {
    return this.#storage.getStore();
  }

  /**
   * Runs `work` as one call. An abort ends it at once.
   * @throws AzureError, and nothing else
   */
  async run<T>(operation: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<CallResult<T>> {
    const call: CallContext = { operation, signal };
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(new AzureError('stopped before it was over', { code: 'Aborted' }));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      signal?.throwIfAborted();
      const value = await Promise.race([this.#storage.run(call, work), aborted]);
      return { value, response: call.response };
    } catch (error) {
      throw toAzureError(error, { ...call, now: this.#now() });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
