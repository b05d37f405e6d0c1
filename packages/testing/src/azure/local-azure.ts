import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What the server does with one request. */
export type AzureAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  /** Breaks the connection before an answer. */
  | 'reset'
  /** Never answers. */
  | 'hang'
  /** Sends the headers and half a body, then nothing. */
  | 'hang in the body';

/** A request that arrived. */
export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The tenant of a LocalAzure. */
export const localTenantId = '11111111-1111-1111-1111-111111111111';
const tokenPath = `/${localTenantId}/oauth2/v2.0/token`;
const discoveryPath = `/${localTenantId}/v2.0/.well-known/openid-configuration`;

/** The parts of an Azure configuration that lead to a LocalAzure. */
export interface LocalAzureConfig {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly clusterName: string;
  readonly cloud: 'public';
  readonly armEndpoint: string;
  readonly authorityHost: string;
  readonly caFile: string;
  readonly credential: {
    readonly type: 'workload-identity';
    readonly tenantId: string;
    readonly clientId: string;
    readonly federatedTokenFile: string;
  };
  readonly userAgent: string;
}

/**
 * A stand-in for ARM and Entra on one HTTPS port, for tests of what goes over the wire. It knows no resource: it gives, byte by
 * byte, the answers that a test lays out, and keeps what it was asked.
 */
export class LocalAzure {
  readonly url: string;
  readonly caFile: string;
  readonly seen: SeenRequest[] = [];
  /** Tokens that it has given out, the latest at the end. */
  readonly tokens: string[] = [];
  /** Answers to token requests before tokens are given. */
  readonly tokenAnswers: AzureAnswer[] = [];
  /** Requests whose caller closed the connection before an answer. */
  abandoned = 0;
  readonly #server: Server;
  readonly #folder: string;
  readonly #answers: { readonly route: string; readonly queue: AzureAnswer[] }[] = [];

  private constructor(server: Server, folder: string, port: number) {
    this.#server = server;
    this.#folder = folder;
    this.caFile = join(folder, 'ca.pem');
    this.url = `https://127.0.0.1:${port}`;
  }

  static async start(): Promise<LocalAzure> {
    // Imported when it is needed: few of those who import this package want a certificate.
    const { createCertificate } = await import('./certificate.ts');
    const { cert, key } = await createCertificate();
    const folder = await mkdtemp(join(tmpdir(), 'local-azure-'));
    await writeFile(join(folder, 'ca.pem'), cert);
    await writeFile(join(folder, 'token'), 'a.projected.token');
    const server = createServer({ cert, key });
    await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const azure = new LocalAzure(server, folder, typeof address === 'object' && address ? address.port : 0);
    server.on('request', (request, response) => void azure.#serve(request, response));
    return azure;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>(resolve => void this.#server.close(() => resolve()));
    await rm(this.#folder, { recursive: true });
  }

  /** Lays out the answers to requests whose `METHOD /path?query` begins with `route`; the last one stays. */
  answer(route: string, ...queue: AzureAnswer[]): void {
    this.#answers.unshift({ route, queue });
  }

  /** Forgets answers and requests, not the tokens. */
  reset(): void {
    this.#answers.length = 0;
    this.seen.length = 0;
    this.abandoned = 0;
    this.tokenAnswers.length = 0;
  }

  /** Resolves when a caller has closed its connection before an answer; at once when one had before. */
  async abandonment(): Promise<void> {
    while (this.abandoned === 0) await once(this.#server, 'abandoned');
  }

  /** Resolves when a request whose `METHOD /path?query` begins with `route` has arrived; at once when one had before. */
  async arrival(route: string): Promise<void> {
    while (!this.seen.some(({ method, path }) => `${method} ${path}`.startsWith(route))) {
      await once(this.#server, 'seen');
    }
  }

  /** Requests to ARM, without those for tokens. */
  armRequests(): SeenRequest[] {
    return this.seen.filter(request => !request.path.startsWith(`/${localTenantId}/`));
  }

  /** A configuration that leads here. */
  config(): LocalAzureConfig {
    return {
      subscriptionId: 'sub',
      resourceGroup: 'rg',
      clusterName: 'aks',
      cloud: 'public',
      armEndpoint: this.url,
      authorityHost: this.url,
      caFile: this.caFile,
      credential: {
        type: 'workload-identity',
        tenantId: localTenantId,
        clientId: 'client',
        federatedTokenFile: join(this.#folder, 'token'),
      },
      userAgent: 'kaito-test/1',
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    this.seen.push({ method, path, headers, body });
    response.on('close', () => this.#noteEnd(response));
    this.#server.emit('seen');
    send(
      response,
      path.startsWith(`/${localTenantId}/`)
        ? this.#entra(path, `https://${headers.host}`)
        : this.#arm(`${method} ${path}`),
    );
  }

  #noteEnd(response: ServerResponse): void {
    if (response.writableFinished) return;
    this.abandoned += 1;
    this.#server.emit('abandoned');
  }

  #arm(request: string): AzureAnswer {
    const queue = this.#answers.find(({ route }) => request.startsWith(route))?.queue;
    const answer = queue !== undefined && queue.length > 1 ? queue.shift() : queue?.[0];
    return (
      answer ?? { status: 501, body: { error: { code: 'NotLaidOut', message: `no answer laid out for ${request}` } } }
    );
  }

  #entra(path: string, authority: string): AzureAnswer {
    if (path.startsWith(discoveryPath)) return { status: 200, body: discovery(authority) };
    const answer = this.tokenAnswers.shift();
    if (answer !== undefined) return answer;
    const token = `token-${this.tokens.length + 1}`;
    this.tokens.push(token);
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3_600, access_token: token } };
  }
}

function discovery(authority: string): object {
  return {
    issuer: `${authority}/${localTenantId}/v2.0`,
    authorization_endpoint: `${authority}/${localTenantId}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}${tokenPath}`,
    jwks_uri: `${authority}/${localTenantId}/discovery/v2.0/keys`,
  };
}

function send(response: ServerResponse, answer: AzureAnswer): void {
  if (answer === 'hang') return;
  if (answer === 'reset') return void response.socket?.destroy();
  if (answer === 'hang in the body') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"value":[');
    return;
  }
  const { status, headers, body } = answer;
  const payload = typeof body === 'string' || body === undefined ? (body ?? '') : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(payload);
}
