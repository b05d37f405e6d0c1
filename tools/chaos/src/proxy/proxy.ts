import { once } from 'node:events';
import { constants, createSecureServer } from 'node:http2';
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { Agent, request as requestHttps } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ProxiedRequest } from './write-kind.ts';

/** What becomes of a request that has arrived: it goes on, its connection breaks, nothing happens any more, or it is answered without the server. */
export type Verdict = 'forward' | 'drop' | 'hang' | { readonly status: number; readonly body: object };

/** Who decides what becomes of requests and answers. */
export interface ProxyHook {
  /** A request is there and has not gone on. */
  arriving(request: ProxiedRequest): Promise<Verdict>;
  /** The server has answered or hung up, so what the request does is done; nothing of the answer has gone on. */
  answered(request: ProxiedRequest): Promise<'answer' | 'drop'>;
}

export interface ProxyOptions {
  /** Origin of the server. */
  readonly upstream: string;
  /** How the server is trusted and who we are to it, PEM. With a certificate of our own the caller's token is not passed on. */
  readonly towards: { readonly ca: string; readonly cert?: string; readonly key?: string };
  /** What the proxy shows to its callers, PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
  readonly hook: ProxyHook;
}

/** Headers that are about one connection (RFC 9110 §7.6.1), and those that Node writes itself. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
]);

/**
 * A TLS server on loopback between a process and a server that it talks to. Callers speak HTTP/1.1 or HTTP/2, whichever they
 * negotiate; answers are passed on as they come, so watches work. The caller's Host goes along: links in answers lead back here.
 */
export class Proxy {
  readonly url: string;
  readonly #server: Http2SecureServer;
  readonly #agent: Agent;
  readonly #options: ProxyOptions;
  readonly #connections = new Set<{ destroy(): void }>();

  private constructor(options: ProxyOptions, server: Http2SecureServer, port: number) {
    this.url = `https://127.0.0.1:${port}`;
    this.#options = options;
    this.#server = server;
    this.#agent = new Agent({ ...options.towards, keepAlive: true });
    server.on('secureConnection', socket => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
      // A killed process breaks its connections off; whoever uses them gets the error.
      socket.on('error', () => undefined);
    });
    server.on('sessionError', () => undefined);
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** Starts a proxy on a free port. */
  static async start(options: ProxyOptions): Promise<Proxy> {
    const server = createSecureServer({ ...options.certificate, allowHTTP1: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string')
      throw new TypeError(`the proxy listens on ${address}, not on a port`);
    return new Proxy(options, server, address.port);
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
    this.#agent.destroy();
    await closed;
  }

  async #serve(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    try {
      await this.#exchange(request, response);
    } catch {
      // The caller is gone or the server does not answer: to the caller it is a broken connection, as it would be without us.
      hangUp(response);
    }
  }

  async #exchange(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const proxied = { method: request.method, path: request.url, body: await text(request) };
    const verdict = await this.#options.hook.arriving(proxied);
    if (verdict === 'drop') return hangUp(response);
    // The caller gives up at last, or the proxy is closed.
    if (verdict === 'hang') return;
    if (typeof verdict === 'object') return refuse(response, verdict);
    const answer = await this.#forward(proxied, request.headers, response).catch(async (error: unknown) => {
      // It may have been carried out all the same.
      await this.#options.hook.answered(proxied);
      throw error;
    });
    if ((await this.#options.hook.answered(proxied)) === 'drop') {
      answer.resume();
      return hangUp(response);
    }
    response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    answer.on('error', () => hangUp(response));
    answer.pipe(response);
  }

  async #forward(
    { method, path, body }: ProxiedRequest,
    headers: IncomingHttpHeaders,
    response: Http2ServerResponse,
  ): Promise<IncomingMessage> {
    const { upstream, towards } = this.#options;
    const { authorization, ...others } = passedOn(headers);
    const host = headers[':authority'] ?? headers.host;
    const call = requestHttps(`${upstream}${path}`, {
      method,
      agent: this.#agent,
      headers: {
        ...others,
        ...(authorization !== undefined && towards.cert === undefined && { authorization }),
        ...(typeof host === 'string' && { host }),
        ...(body !== '' && { 'content-length': String(Buffer.byteLength(body)) }),
      },
    });
    // A write that has arrived is carried out though its caller is gone; a watch that nobody reads is not kept.
    if (method === 'GET') response.once('close', () => call.destroy());
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      call.once('response', resolve).once('error', reject),
    );
    call.end(body);
    return await answered;
  }
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !name.startsWith(':') && name !== 'host' && !OF_THE_CONNECTION.has(name.toLowerCase()),
    ),
  );
}

function refuse(response: Http2ServerResponse, { status, body }: Exclude<Verdict, string>): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** To a caller over HTTP/1.1 the connection breaks, to one over HTTP/2 the stream. */
function hangUp(response: Http2ServerResponse): void {
  // Node's types do not say that a response to HTTP/1.1 has no stream.
  const stream: Http2ServerResponse['stream'] | undefined = response.stream;
  if (stream) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}
