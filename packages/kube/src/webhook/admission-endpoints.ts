import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock/clock.ts';
import { Deadline } from '../client/deadline.ts';
import type { Logger } from '../log/logger.ts';
import type { Listen } from '../manager/http-endpoints.ts';
import type { CertificateAndKey } from '../tls/certificate-authority.ts';
import type { AdmissionAnswer, AdmissionHandler, AdmissionRequest } from './admission.ts';
import { parseReview, reviewAnswer } from './admission-review.ts';
import { MAX_BODY_BYTES, readBody } from './read-body.ts';
import type { Verdict, WebhookMetrics } from './webhook-metrics.ts';

export interface AdmissionEndpointsOptions {
  readonly webhooks: Readonly<Record<string, AdmissionHandler>>;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: WebhookMetrics;
}

/** What is sent back over HTTP. */
interface Outcome {
  readonly status: number;
  readonly body: object | string;
  readonly verdict?: Verdict;
}

/**
 * The API server keeps idle connections for 90 s (Go, DefaultTransport). A server that closes first may do so at the very
 * moment at which a request is sent, which would fail.
 */
const KEEP_ALIVE_MS = 120_000;
/** Of a caller that sends slowly. */
const RECEIVE_MS = 10_000;
/** The API server opens one connection for each review that is under way, and no more than it serves requests at once. */
const MAX_CONNECTIONS = 1_024;

/** An HTTPS server that takes admission reviews and answers each of them, whatever comes in. */
export class AdmissionEndpoints {
  readonly #options: AdmissionEndpointsOptions;
  readonly #server: Server;
  readonly #kill = new AbortController();
  #closing = false;

  constructor(options: AdmissionEndpointsOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        minVersion: 'TLSv1.2',
        keepAliveTimeout: KEEP_ALIVE_MS,
        requestTimeout: RECEIVE_MS,
        headersTimeout: RECEIVE_MS,
      },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
    // Callers that do not trust the certificate hang up; it shows in the API server's message to the user.
    this.#server.on('tlsClientError', error => options.logger.debug('TLS handshake failed', { error }));
  }

  /** Port that it listens on; undefined while it does not. */
  get port(): number | undefined {
    const address = this.#server.address();
    return address && typeof address === 'object' ? address.port : undefined;
  }

  /** New connections get this certificate; those that are open go on. @throws Error when the PEM cannot be used. */
  use(certificate: CertificateAndKey): void {
    this.#server.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
  }

  /** @throws Error when the port cannot be had; it says which and why. */
  async listen({ port, host }: Listen): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', cause => {
        reject(new Error(`Cannot listen on ${host ?? '*'}:${port} for admission: ${cause.message}`, { cause }));
      });
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
    });
  }

  /** Takes no more connections, answers what is under way, and resolves when all is answered; `kill` ends that at once. */
  async close(kill: AbortSignal): Promise<void> {
    if (!this.#server.listening) return;
    this.#closing = true;
    const end = (): void => {
      this.#kill.abort(kill.reason);
      this.#server.closeAllConnections();
    };
    kill.addEventListener('abort', end, { once: true });
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    if (kill.aborted) end();
    await closed;
    kill.removeEventListener('abort', end);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0] ?? '/';
    const known = Object.hasOwn(this.#options.webhooks, path);
    const answered = this.#options.metrics.began(known ? path : 'other');
    response.on('error', error => this.#options.logger.debug('The answer could not be sent', { path, error }));
    let outcome: Outcome = { status: 400, body: 'the body did not come whole\n' };
    try {
      outcome = await this.#answer(path, request);
    } catch (error) {
      this.#options.logger.debug('The request broke off', { path, error });
    }
    answered(outcome.status, outcome.verdict);
    this.#send(response, request, outcome);
  }

  #send(response: ServerResponse, request: IncomingMessage, { status, body }: Outcome): void {
    const json = typeof body !== 'string';
    // What is left of a request that was not read must not be taken for the next one.
    if (this.#closing || !request.complete) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': json ? 'application/json' : 'text/plain; charset=utf-8' });
    response.end(json ? JSON.stringify(body) : body);
  }

  async #answer(path: string, request: IncomingMessage): Promise<Outcome> {
    const { webhooks } = this.#options;
    const handler = Object.hasOwn(webhooks, path) ? webhooks[path] : undefined;
    if (!handler) return { status: 404, body: `not found; there are: ${Object.keys(webhooks).join(' ')}\n` };
    if (request.method !== 'POST') return { status: 405, body: 'only POST of an AdmissionReview\n' };
    if (!request.headers['content-type']?.startsWith('application/json')) {
      return { status: 415, body: 'only application/json\n' };
    }
    const text = await readBody(request);
    if (text === undefined) return { status: 413, body: `the body is larger than ${MAX_BODY_BYTES} bytes\n` };
    const review = parseReview(text);
    if ('problem' in review) return { status: 400, body: `${review.problem}\n` };
    const { answer, verdict } = await this.#judge(path, handler, review);
    return { status: 200, body: reviewAnswer(review, answer), verdict };
  }

  /** The handler's answer in time, or a refusal that says why there is none: never throws. */
  async #judge(
    path: string,
    handler: AdmissionHandler,
    review: AdmissionRequest,
  ): Promise<{ readonly answer: AdmissionAnswer; readonly verdict: Verdict }> {
    const { clock, timeoutMs, logger } = this.#options;
    const { operation, namespace, name, resource } = review;
    const values = { path, operation, resource: resource.resource, namespace, name };
    const deadline = new Deadline(clock, this.#kill.signal, timeoutMs);
    try {
      const answer = await untilOver(async () => handler(review, deadline.signal), deadline.signal);
      const verdict = answer.allowed ? 'allowed' : 'refused';
      logger.debug('Reviewed', { ...values, verdict, reason: answer.message });
      return { answer, verdict };
    } catch (error) {
      logger.error('Review failed, so the change is refused', { ...values, error });
      return { answer: failureAnswer(deadline.expired, timeoutMs), verdict: 'failed' };
    } finally {
      deadline.release();
    }
  }
}

/** A handler that does not end in time is left behind. */
async function untilOver<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const over = Promise.withResolvers<never>();
  const onAbort = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(), over.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The fault's own text stays in the log: it may hold what the user must not see. */
function failureAnswer(expired: boolean, timeoutMs: number): AdmissionAnswer {
  if (expired) {
    const message = `the webhook could not check this within ${timeoutMs} ms; try again`;
    return { allowed: false, code: 504, reason: 'Timeout', message };
  }
  const message = 'the webhook could not check this because of a fault of its own, which its log shows; try again';
  return { allowed: false, code: 500, reason: 'InternalError', message };
}
