import { readFileSync } from 'node:fs';
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { AzureError } from './azure-error.ts';
import type { CallContext, Calls } from './calls.ts';
import { AzureConfigError } from './config.ts';
import type { AzureConfig } from './config.ts';
import { withDeadline } from './deadline.ts';
import { correlationIdOf, errorCodeOf } from './response.ts';
import { retryAfterMs } from './retry-after.ts';
import { codeOf, isError } from './thrown.ts';

/** One HTTP request that went out, for metrics and logs. Holds no URL and no secret. */
export interface RequestRecord {
  /** The call that it belongs to, for example `agentPools.create`; `token` for a request to Entra. */
  readonly operation: string;
  readonly method: string;
  /** Absent when no answer came. */
  readonly statusCode?: number;
  /** Azure's error code, or Node's when no answer came. */
  readonly code?: string;
  readonly durationMs: number;
  readonly correlationId?: string;
  /** Milliseconds that a refusal asks us to wait. */
  readonly retryAfterMs?: number;
}

/** Milliseconds that one request may take when the configuration does not say. */
export const defaultTimeoutMs = 30_000;

/** Errors of a connection that broke before an answer: typically an idle one that the service had just closed. */
const brokenConnection: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

type WireConfig = Pick<AzureConfig, 'caFile' | 'timeoutMs' | 'onRequest' | 'now'>;

/**
 * Where every request of the SDKs, those for tokens included, meets the network. Standing under the SDKs' own policies it sees
 * each attempt once: it bounds its time, ends it with the call's signal, trusts the configured CA also through a proxy (the SDK's
 * tlsOptions do not reach that far), keeps tokens from leaving for another host, and notes the answer on the call.
 */
export class WireClient implements HttpClient {
  readonly #http = createDefaultHttpClient();
  readonly #calls: Calls;
  readonly #ca: string | undefined;
  readonly #timeoutMs: number;
  readonly #config: WireConfig;

  /** @throws AzureConfigError when the CA file cannot be read. */
  constructor(calls: Calls, config: WireConfig) {
    this.#calls = calls;
    this.#config = config;
    this.#timeoutMs = config.timeoutMs ?? defaultTimeoutMs;
    this.#ca = config.caFile === undefined ? undefined : readCa(config.caFile);
  }

  /**
   * The same client for requests that carry a token. Any other origin is refused, wherever the URL came from (next pages and
   * operations are links in answers); a token that ARM refuses is reported.
   */
  forArm(origin: string, onRefusedToken: (token: string) => void): HttpClient {
    return {
      sendRequest: async request => {
        const target = new URL(request.url).origin;
        if (target !== origin) {
          throw new AzureError(`refused to send the token to ${target}, which is not ${origin}`, {
            code: 'ForeignUrl',
          });
        }
        const response = await this.sendRequest(request);
        const [, token] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
        if (response.status === 401 && token !== undefined) onRefusedToken(token);
        return response;
      },
    };
  }

  /** Sends the request; a read whose connection broke is sent once more, a write never. */
  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    if (this.#ca !== undefined) request.requestOverrides = { ...request.requestOverrides, ca: this.#ca };
    try {
      return await this.#sendOnce(request);
    } catch (error) {
      if (request.method !== 'GET' || !brokenConnection.has(codeOf(error) ?? '')) throw error;
      return this.#sendOnce(request);
    }
  }

  async #sendOnce(request: PipelineRequest): Promise<PipelineResponse> {
    const call = this.#calls.current();
    const started = performance.now();
    try {
      const response = await withDeadline(this.#timeoutMs, call?.signal, signal => {
        request.abortSignal = signal;
        return this.#http.sendRequest(request);
      });
      this.#note(call, request, { response, started });
      return response;
    } catch (error) {
      this.#note(call, request, { error, started });
      throw error;
    }
  }

  #note(call: CallContext | undefined, request: PipelineRequest, outcome: Outcome): void {
    if (call !== undefined) {
      call.response = outcome.response;
      call.failure = outcome.error;
    }
    this.#config.onRequest?.({
      operation: call?.operation ?? 'token',
      method: request.method,
      durationMs: performance.now() - outcome.started,
      ...(call?.signal?.aborted && outcome.response === undefined ? { code: 'Aborted' } : this.#describe(outcome)),
    });
  }

  #describe({ response, error }: Outcome): Partial<RequestRecord> {
    if (response === undefined) return { code: codeOf(error) ?? (isError(error) ? error.name : 'Unknown') };
    const correlationId = correlationIdOf(response);
    const answered = { statusCode: response.status, ...(correlationId ? { correlationId } : {}) };
    if (response.status < 400) return answered;
    const code = errorCodeOf(response);
    const waitMs = retryAfterMs(name => response.headers.get(name), (this.#config.now ?? Date.now)());
    return { ...answered, ...(code ? { code } : {}), ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) };
  }
}

interface Outcome {
  readonly started: number;
  readonly response?: PipelineResponse;
  readonly error?: unknown;
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AzureConfigError(`Azure configuration: caFile ${file} cannot be read`, { cause: error });
  }
}
