import type { Dispatcher } from 'undici';
import type { Clock } from '../clock/clock.ts';
import type { Counter, Histogram, Metrics } from '../metrics/metrics.ts';
import type { ApiError } from './api-error.ts';
import type { Credentials } from './credentials.ts';
import { Deadline } from './deadline.ts';
import { answerFailure, transportFailure } from './failure.ts';
import { Pool } from './pool.ts';

/** One request, with `call` as its name in error messages. */
export interface TransportRequest {
  readonly call: string;
  readonly method: string;
  /** Path with query, from the server's root. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface TransportOptions {
  readonly credentials: Credentials;
  readonly userAgent: string;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** As many calls are on their way at once; a TLS connection costs either side some 50 KB, and 2 ms of CPU to make. */
const MAX_CONNECTIONS = 16;

/** client-go's buckets of rest_client_request_duration_seconds. */
const DURATION_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** Sends requests with our credentials over the pooled connections, and turns every failure into an ApiError. */
export class Transport {
  readonly server: string;
  readonly #options: TransportOptions;
  readonly #pool = new Pool(MAX_CONNECTIONS);
  /** For watches, which hold a connection each as long as they last. */
  readonly #watchPool = new Pool(null);
  readonly #url: URL;
  readonly #host: string;
  readonly #requests: Counter<'code' | 'method' | 'host'>;
  readonly #durations: Histogram<'verb' | 'host'>;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.server = options.credentials.server;
    this.#url = new URL(this.server);
    this.#host = this.#url.host;
    this.#requests = options.metrics.counter({
      name: 'rest_client_requests_total',
      help: 'Number of requests to the API server, by status code, method and host.',
      labels: ['code', 'method', 'host'],
    });
    this.#durations = options.metrics.histogram({
      name: 'rest_client_request_duration_seconds',
      help: 'Time until the answer of the API server was there, in seconds.',
      labels: ['verb', 'host'],
      buckets: DURATION_BUCKETS,
    });
  }

  /** The answer's whole text and its type. @throws ApiError */
  async send(request: TransportRequest): Promise<{ readonly text: string; readonly contentType: string }> {
    const timeoutMs = request.timeoutMs ?? this.#options.timeoutMs;
    const deadline = new Deadline(this.#options.clock, request.signal, timeoutMs);
    const start = this.#options.clock.monotonic();
    try {
      const response = await this.#exchange(this.#pool, request, deadline.signal);
      const text = await response.body.text();
      return { text, contentType: headerOf(response, 'content-type') ?? '' };
    } catch (error) {
      // A server that is only slow still answers on the old connections; a dead connection must not be used again.
      if (deadline.expired) this.#pool.retire();
      throw failureOf(request, error, deadline, timeoutMs);
    } finally {
      deadline.release();
      this.#durations.observe(
        { verb: request.method, host: this.#host },
        seconds(start, this.#options.clock.monotonic()),
      );
    }
  }

  /**
   * The answer as it arrives. Only the time to its beginning is limited. The caller reads it to the end, or aborts the
   * request's signal. @throws ApiError
   */
  async stream(request: TransportRequest): Promise<Dispatcher.ResponseData['body']> {
    const timeoutMs = request.timeoutMs ?? this.#options.timeoutMs;
    const deadline = new Deadline(this.#options.clock, request.signal, timeoutMs);
    try {
      const { body } = await this.#exchange(this.#watchPool, request, deadline.signal);
      deadline.disarm();
      body.once('close', () => deadline.release());
      return body;
    } catch (error) {
      deadline.release();
      if (deadline.expired) this.#watchPool.retire();
      throw failureOf(request, error, deadline, timeoutMs);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#watchPool.close()]);
  }

  /** Sends, and once more with fresh credentials when the first were refused: a refused request had no effect. */
  async #exchange(pool: Pool, request: TransportRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const response = await this.#attempt(pool, request, signal);
    if (response.statusCode === 401 && this.#options.credentials.refresh()) {
      await response.body.dump();
      return this.#checked(request, await this.#attempt(pool, request, signal));
    }
    return this.#checked(request, response);
  }

  async #attempt(pool: Pool, request: TransportRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    signal.throwIfAborted();
    const { method, path, body, contentType } = request;
    const count = (code: string): void => this.#requests.inc({ code, method, host: this.#host });
    try {
      const { headers, connection } = await this.#options.credentials.access();
      const response = await pool.dispatcher(connection).request({
        origin: this.#url.origin,
        // A server behind a gateway has a path of its own before the API's.
        path: `${this.#url.pathname.replace(/\/$/, '')}${path}`,
        method,
        signal,
        body: body ?? null,
        headers: {
          ...headers,
          accept: 'application/json',
          'user-agent': this.#options.userAgent,
          ...(contentType ? { 'content-type': contentType } : {}),
        },
      });
      count(String(response.statusCode));
      return response;
    } catch (error) {
      count('<error>');
      throw error;
    }
  }

  async #checked(request: TransportRequest, response: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
    if (response.statusCode < 300) return response;
    throw answerFailure(request.call, response.statusCode, {
      body: await response.body.text(),
      retryAfter: headerOf(response, 'retry-after'),
      now: this.#options.clock.now(),
    });
  }
}

function failureOf(request: TransportRequest, error: unknown, deadline: Deadline, timeoutMs: number): ApiError {
  const { expired } = deadline;
  return transportFailure(request.call, error, { aborted: deadline.signal.aborted, expired, timeoutMs });
}

function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function seconds(from: number, to: number): number {
  return (to - from) / 1000;
}
