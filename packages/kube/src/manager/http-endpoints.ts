import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Where a server listens. */
export interface Listen {
  /** 0 takes a free port. */
  readonly port: number;
  /** Address to bind; all addresses when absent. */
  readonly host?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

/** What a GET of a path answers. */
export type Routes = Readonly<Record<string, () => Answer | Promise<Answer>>>;

const TEXT = 'text/plain; charset=utf-8';

/** A small HTTP server of fixed paths, for probes and metrics. */
export class HttpEndpoints {
  readonly #server: Server;
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Base URL; undefined while it does not listen. */
  get url(): string | undefined {
    const address = this.#server.address();
    if (!address || typeof address === 'string') return undefined;
    const anywhere = address.address === '::' || address.address === '0.0.0.0';
    const host = address.family === 'IPv6' && !anywhere ? `[${address.address}]` : address.address;
    return `http://${anywhere ? '127.0.0.1' : host}:${address.port}`;
  }

  /** @throws Error when the port cannot be had; it says which and why. */
  async listen({ port, host }: Listen): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', cause => {
        reject(new Error(`Cannot listen on ${host ?? '*'}:${port}: ${cause.message}`, { cause }));
      });
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
    });
  }

  /** Resolves when the port is free again. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body, contentType = TEXT } = await this.#answer(request);
    response.writeHead(status, { 'content-type': contentType });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #answer({ method, url = '/' }: IncomingMessage): Promise<Answer> {
    const path = url.split('?', 1)[0] ?? '/';
    const route = Object.hasOwn(this.#routes, path) ? this.#routes[path] : undefined;
    if (!route) return { status: 404, body: `not found; there are: ${Object.keys(this.#routes).join(' ')}\n` };
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'only GET\n' };
    try {
      return await route();
    } catch (error) {
      return { status: 500, body: `${error instanceof Error ? error.message : String(error)}\n` };
    }
  }
}
