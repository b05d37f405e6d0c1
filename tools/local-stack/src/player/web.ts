import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { BACKDATE_MS, createCertificateAuthority, issueCertificate, type CertificateAndKey } from '@kaito/kube';
import { messageOf } from '../error-text.ts';
import { answerForRegistry } from './registry-proxy.ts';
import { fileHandler, type WebHandler } from './web-content.ts';

const LIFETIME_MS = 7 * 24 * 3600 * 1000;

/**
 * The web as played containers see it: a proxy that knows only what it was told to serve, and the images of the stack's registry, also under
 * https, by certificates of an authority of its own. So addresses stand in manifests as users write them, and nothing leaves this machine.
 */
export class StackWeb {
  readonly #server: Server;
  readonly #authority: CertificateAndKey;
  readonly #caFile: string;
  readonly #registry: string;
  readonly #served = new Map<string, WebHandler>();
  readonly #contexts = new Map<string, Promise<SecureContext>>();
  readonly #sockets = new Set<Socket>();
  /** Addresses that were asked for, in order. */
  readonly requests: string[] = [];

  private constructor(authority: CertificateAndKey, caFile: string, registry: string) {
    this.#registry = registry;
    this.#authority = authority;
    this.#caFile = caFile;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('connect', (request, socket: Socket) => void this.#tunnel(request, socket));
    this.#server.on('connection', socket => this.#keep(socket));
  }

  /**
   * Starts it on a free port.
   * @param folder where it keeps the certificate of its authority
   * @param registry host and port of the registry that has the images of all others, under their hosts' names
   */
  static async start(folder: string, registry: string): Promise<StackWeb> {
    const options = {
      subject: 'CN=kaito-local-stack-web',
      now: Date.now(),
      lifetimeMs: LIFETIME_MS,
      backdateMs: BACKDATE_MS,
    };
    const authority = await createCertificateAuthority(options);
    await mkdir(folder, { recursive: true });
    const caFile = join(folder, 'web-ca.crt');
    await writeFile(caFile, authority.cert);
    const web = new StackWeb(authority, caFile, registry);
    await new Promise<void>((resolve, reject) => {
      web.#server.once('error', reject);
      web.#server.listen(0, '127.0.0.1', resolve);
    });
    return web;
  }

  /**
   * Environment by which curl and oras go through it. An address that leads inside is not refused, as the proxy leads nowhere; oras asks a
   * registry on `localhost` itself.
   */
  get env(): Readonly<Record<string, string>> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on a port has such an address (Node docs)
    const { port } = this.#server.address() as AddressInfo;
    const proxy = `http://127.0.0.1:${port}`;
    const ca = this.#caFile;
    return { http_proxy: proxy, https_proxy: proxy, CURL_CA_BUNDLE: ca, SSL_CERT_FILE: ca, ALLOW_INNER: 'true' };
  }

  /**
   * Serves a content at an address, or whatever `content` answers as a handler. All else is 404.
   * @param url as users write it; its query counts
   */
  serve(url: string, content: string | Buffer | WebHandler): void {
    this.#served.set(new URL(url).href, typeof content === 'function' ? content : fileHandler(Buffer.from(content)));
  }

  /** Ends all connections. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve());
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    // Through a tunnel only the path is asked for; a proxy is asked for the whole address.
    const base = request.socket instanceof TLSSocket ? `https://${request.headers.host ?? ''}` : undefined;
    const url = URL.canParse(request.url ?? '', base) ? new URL(request.url ?? '', base).href : '';
    this.requests.push(`${request.method} ${url}`);
    const handler = this.#served.get(url);
    if (handler) return handler(request, response);
    const { host } = request.headers;
    if (base !== undefined && host !== undefined && request.url?.startsWith('/v2/'))
      return answerForRegistry({ registry: this.#registry, host }, request, response);
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end(`the web of this local stack has nothing at ${url}\n`);
  }

  /** Takes the place of the host that a tunnel is to lead to. */
  async #tunnel({ url = '' }: IncomingMessage, socket: Socket): Promise<void> {
    this.#keep(socket);
    try {
      const secureContext = await this.#contextFor(new URL(`https://${url}`).hostname);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      const secure = new TLSSocket(socket, { isServer: true, secureContext });
      secure.on('error', () => socket.destroy()); // Who has called does not trust us, or has gone.
      this.#server.emit('connection', secure);
    } catch (error) {
      socket.end(`HTTP/1.1 502 Bad Gateway\r\n\r\n${messageOf(error)}\n`);
    }
  }

  #contextFor(host: string): Promise<SecureContext> {
    const known = this.#contexts.get(host) ?? this.#certify(host);
    this.#contexts.set(host, known);
    return known;
  }

  async #certify(host: string): Promise<SecureContext> {
    const life = { now: Date.now(), lifetimeMs: LIFETIME_MS, backdateMs: BACKDATE_MS };
    const options = { ...life, subject: `CN=${host.slice(0, 60)}`, usage: 'server', hosts: [host] } as const;
    const { cert, key } = await issueCertificate(this.#authority, options);
    return createSecureContext({ cert, key });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy()); // Who has called was killed.
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
