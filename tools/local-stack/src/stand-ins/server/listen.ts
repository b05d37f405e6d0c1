import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { messageOf } from '../../error-text.ts';

/** An answer: JSON of an object, or a text as it is. */
export interface Answer {
  readonly status: number;
  readonly body: object | string;
}

/** A request, as routes see it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** What was sent as JSON; an empty object when nothing was. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type Answering = (call: Call) => Answer | Promise<Answer>;

/**
 * Serves until SIGTERM, and then finishes what it is at.
 * @throws when the port is taken.
 */
export async function listen(host: string, port: number, answer: Answering): Promise<Server> {
  const server = createServer((request, response) => {
    void handle(request, response, answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  process.once('SIGTERM', () => {
    server.close();
    server.closeIdleConnections();
  });
  return server;
}

async function handle(request: IncomingMessage, response: ServerResponse, answer: Answering): Promise<void> {
  const { status, body } = await answered(request, answer);
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    // Kept connections would outlast SIGTERM.
    connection: 'close',
  });
  response.end(isText ? body : JSON.stringify(body));
}

async function answered(request: IncomingMessage, answer: Answering): Promise<Answer> {
  const { method = 'GET', url = '/' } = request;
  const { pathname } = new URL(url, 'http://server');
  try {
    const hasBody = method === 'POST';
    const sent = hasBody ? await json(request) : await text(request);
    const body = isFields(sent) ? sent : {};
    return await answer({ method, path: pathname, body });
  } catch (error) {
    return { status: 400, body: { detail: messageOf(error) } };
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
