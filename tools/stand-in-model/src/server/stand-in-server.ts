import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Logger, Metrics } from '@kaito/kube';
import { STAND_IN } from '../facts.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { answerChat, type Pipeline } from './chat.ts';
import { answerOpenAi } from './answer-openai.ts';
import { machineMetrics } from './machine-metrics.ts';
import { ModelMetrics } from './model-metrics.ts';
import { modelList, type ServedModel } from './openai.ts';
import type { OpenAiKind } from './openai-request.ts';
import { readJson } from './read-json.ts';
import { fastApiShape, openAiShape, RequestError, type ErrorShape } from './request-error.ts';
import { Slots } from './slots.ts';
import { Writer } from './writer.ts';

export interface StandInServerOptions {
  /** Names that `/v1` answers to, the first one its own; adapters have a `parent`. */
  readonly models: readonly ServedModel[];
  /** Which surface `/metrics` has: Prometheus of vLLM, or the JSON of the transformers images. */
  readonly runtime: 'vllm' | 'transformers';
  readonly pipeline?: Pipeline | undefined;
  /** Answers that are written at once, and requests that may wait for that. */
  readonly concurrency: number;
  readonly waiting: number;
  /** Milliseconds for one request, waiting included. */
  readonly requestTimeoutMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Names of a reason to abort; whoever explains an error looks for them. */
const TIMED_OUT = 'RequestTimedOut';

/**
 * The HTTP surface of KAITO's inference images, old (`/chat`, `/healthz`) and new (`/v1/*`, `/health`), before one small model. It
 * listens before the model is loaded, and says so by its health; every answer says that it is a stand-in.
 */
export class StandInServer {
  readonly #options: StandInServerOptions;
  readonly #server: Server;
  readonly #slots: Slots;
  readonly #running = new Set<Promise<void>>();
  #writer: Writer | undefined;
  #draining = false;

  constructor(options: StandInServerOptions) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency, options.waiting);
    this.#server = createServer((request, response) => {
      const answered = this.#answer(request, response).finally(() => this.#running.delete(answered));
      this.#running.add(answered);
    });
  }

  /** @returns the port, for `port` 0 a free one. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, host, resolve);
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on requests are answered. */
  serve(model: LanguageModel): void {
    const { metrics, clock, models } = this.#options;
    const slots = this.#slots;
    const counts = new ModelMetrics({ metrics, modelName: models[0]?.id ?? '', slots, clock });
    this.#writer = new Writer({ model, slots, metrics: counts, clock });
  }

  /** Takes no new requests, waits up to `graceMs` for those that run, and closes. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.setTimeout(resolve, graceMs);
    await Promise.race([Promise.allSettled(this.#running), over]);
    timer.cancel();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [pathname = '/'] = (request.url ?? '/').split('?');
    response.setHeader('x-kaito-stand-in', STAND_IN);
    const shape = pathname.startsWith('/v1/') || pathname === '/health' ? openAiShape : fastApiShape;
    try {
      const answer = await this.#route(`${request.method ?? 'GET'} ${pathname}`, request, response);
      if (typeof answer === 'string') response.end(answer);
      else if (answer !== undefined) sendJson(response, 200, answer);
    } catch (error) {
      this.#refuse(error, response, shape);
    }
  }

  #refuse(error: unknown, response: ServerResponse, shape: ErrorShape): void {
    // The caller has hung up: there is nobody to tell, and nothing went wrong here.
    if (response.destroyed) return;
    const said = explain(error);
    if (said.status >= 500) this.#options.logger.warn('Request failed', { status: said.status, error });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (said.retryAfterSeconds !== undefined) response.setHeader('retry-after', said.retryAfterSeconds);
    sendJson(response, said.status, shape(said));
  }

  /** @returns text or JSON to send; undefined when it was sent. */
  async #route(route: string, request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    switch (route) {
      case 'GET /':
        return { message: 'Server is running', stand_in: STAND_IN };
      case 'GET /healthz':
        this.#healthy(500);
        return { status: 'Healthy' };
      case 'GET /health':
        this.#healthy(503);
        return this.#options.runtime === 'vllm' ? '' : { status: 'Healthy' };
      case 'GET /metrics':
        return this.#metrics(response);
      case 'GET /version':
        return { version: 'stand-in', stand_in: STAND_IN };
      case 'GET /v1/models':
        return modelList(this.#options.models, this.#writer?.model.contextLength, this.#nowSeconds());
      case 'POST /chat':
        return this.#withTime(response, async signal =>
          answerChat(await readJson(request, 422), {
            writer: this.#ready(500),
            pipeline: this.#options.pipeline,
            signal,
          }),
        );
      case 'POST /v1/chat/completions':
        return this.#openAi('chat', request, response);
      case 'POST /v1/completions':
        return this.#openAi('completion', request, response);
      default:
        throw new RequestError(404, 'Not Found');
    }
  }

  #openAi(kind: OpenAiKind, request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    return this.#withTime(response, async signal =>
      answerOpenAi(kind, await readJson(request, 400), response, {
        writer: this.#ready(503),
        names: this.#options.models.map(({ id }) => id),
        signal,
        id: crypto.randomUUID(),
        createdSeconds: this.#nowSeconds(),
        explain,
      }),
    );
  }

  /** Ends the work when the caller hangs up, and when its time is over. */
  async #withTime(response: ServerResponse, work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
    const { clock, requestTimeoutMs } = this.#options;
    const ending = new AbortController();
    const hungUp = (): void => ending.abort(new Error('the caller has hung up'));
    response.once('close', hungUp);
    const timer = clock.setTimeout(() => {
      const error = new Error(`not answered within ${requestTimeoutMs / 1000} s`);
      error.name = TIMED_OUT;
      ending.abort(error);
    }, requestTimeoutMs);
    try {
      return await work(ending.signal);
    } finally {
      timer.cancel();
      response.off('close', hungUp);
    }
  }

  async #metrics(response: ServerResponse): Promise<unknown> {
    if (this.#options.runtime === 'transformers') return machineMetrics();
    response.setHeader('content-type', this.#options.metrics.contentType);
    return this.#options.metrics.text();
  }

  #healthy(status: number): void {
    this.#ready(status);
    if (this.#draining) throw new RequestError(503, 'the server is stopping');
  }

  #ready(status: number): Writer {
    if (!this.#writer) throw new RequestError(status, 'Model not initialized');
    return this.#writer;
  }

  #nowSeconds(): number {
    return Math.floor(this.#options.clock.now() / 1000);
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function explain(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  const { name, message } = (error ?? {}) as { readonly name?: string; readonly message?: string };
  if (name === TIMED_OUT) return new RequestError(504, message ?? 'timed out');
  return new RequestError(500, message ?? 'Internal server error');
}
