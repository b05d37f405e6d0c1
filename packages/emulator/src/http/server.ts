import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { Logger } from '@kaito/kube';
import { requestTooLarge } from '../arm/errors.ts';
import { RESET } from '../faults/perform.ts';
import type { ServerCertificate } from '../tls/authority.ts';
import type { Answer } from './pipeline.ts';
import type { Call } from './route.ts';

/** Larger than any request that Azure takes here. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Longer than clients keep idle connections, so that it is always the client who closes them and no request meets a closed one. */
const KEEP_ALIVE_MS = 300_000;
/** GUID, as ARM wants correlation ids. */
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: ServerCertificate;
  readonly answer: (call: Call) => Promise<Answer>;
  readonly logger: Logger;
}

export interface Listener {
  readonly port: number;
  /** Ends every connection, answered or not. */
  close(): Promise<void>;
}

/** Serves HTTPS. @throws when the address cannot be listened on; the error names it. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port, certificate, logger } = options;
  const stopped = new AbortController();
  const server = createServer(
    { key: certificate.key, cert: `${certificate.cert}\n${certificate.ca}` },
    (request, response) => {
      handle(request, response, options, stopped.signal).catch((error: unknown) => {
        // A caller that went away in the middle of its request is no fault of ours.
        if (!request.destroyed) logger.error('Connection failed', { method: request.method, error });
        response.destroy();
      });
    },
  );
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1000;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new TypeError(`The server listens on ${address}, not on a port`);
  return { port: address.port, close: () => close(server, stopped) };
}

async function close(server: Server, stopped: AbortController): Promise<void> {
  stopped.abort(new Error('the emulator is stopping'));
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { answer }: ListenOptions,
  stopped: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the caller is gone')));
  const body = await readBody(request);
  if (gone.signal.aborted) return;
  const call = toCall(request, body ?? '', AbortSignal.any([gone.signal, stopped]));
  if (body === undefined) {
    const error = requestTooLarge(MAX_BODY_BYTES);
    const content = error.body({ ...call, now: 0 });
    write(response, { status: error.status, headers: { ...error.headers, connection: 'close' }, body: content });
    return;
  }
  write(response, await answer(call));
}

/** Undefined: too large. It is still read to its end, so that the refusal can be. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined;
}

function toCall(request: IncomingMessage, body: string, signal: AbortSignal): Call {
  const origin = `https://${request.headers.host ?? 'localhost'}`;
  // Only split, not parsed as a URL: a path may hold anything.
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const sent = request.headers['x-ms-correlation-request-id'];
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark)),
    headers: request.headers,
    body,
    origin,
    requestId: randomUUID(),
    correlationId: typeof sent === 'string' && GUID.test(sent) ? sent : randomUUID(),
    signal,
  };
}

function write(response: ServerResponse, answer: Answer): void {
  if (answer === RESET) {
    response.destroy();
    return;
  }
  const content = answer.body === undefined ? undefined : Buffer.from(JSON.stringify(answer.body));
  response.writeHead(answer.status, {
    ...answer.headers,
    'cache-control': 'no-cache',
    date: new Date().toUTCString(),
    ...(content && { 'content-type': 'application/json; charset=utf-8' }),
    ...(answer.status !== 204 && { 'content-length': content?.length ?? 0 }),
  });
  response.end(content);
}
