import { once } from 'node:events';
import { connect } from 'node:http2';
import { createServer, request as requestHttps } from 'node:https';
import type { IncomingMessage, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { createCertificate } from '@kaito/testing';
import { Proxy } from './proxy.ts';
import type { ProxyHook } from './proxy.ts';

const letThrough: ProxyHook = {
  arriving: () => Promise.resolve('forward'),
  answered: () => Promise.resolve('answer'),
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A server, and a proxy in front of it. */
async function proxied(
  handle: (...call: Parameters<RequestListener>) => unknown,
  hook: Partial<ProxyHook> = {},
): Promise<{ url: string; ca: string }> {
  const certificate = await createCertificate();
  const server = createServer(certificate, (request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const proxy = await Proxy.start({
    upstream: `https://127.0.0.1:${port}`,
    towards: { ca: certificate.cert },
    certificate,
    hook: { ...letThrough, ...hook },
  });
  closing.push(() => proxy.close());
  return { url: proxy.url, ca: certificate.cert };
}

async function call(url: string, ca: string, method = 'GET', body = ''): Promise<IncomingMessage> {
  const request = requestHttps(url, { ca, method, agent: false });
  request.end(body);
  return await new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));
}

test('passes method, path, body and the Host of the caller on, and the answer back', async () => {
  const { url, ca } = await proxied(async (request, response) => {
    const body = await text(request);
    response.writeHead(201, { 'x-host': request.headers.host ?? '' });
    response.end(`${request.method} ${request.url} ${body}`);
  });
  const answer = await call(`${url}/a?b=c`, ca, 'PUT', 'hello');
  expect(answer.statusCode).toBe(201);
  expect(answer.headers['x-host']).toBe(new URL(url).host);
  expect(await text(answer)).toBe('PUT /a?b=c hello');
});

test('speaks HTTP/2 to who wants it, and passes a stream on as it comes', async () => {
  const { promise: seen, resolve: goOn } = Promise.withResolvers<void>();
  const { url, ca } = await proxied(async (_, response) => {
    response.write('first\n');
    // The second half comes only when the first has been read at the other end.
    await seen;
    response.end('second\n');
  });
  const session = connect(url, { ca });
  const stream = session.request({ ':path': '/watch' });
  stream.setEncoding('utf8');
  let read = '';
  for await (const chunk of stream) {
    read += String(chunk);
    if (read === 'first\n') goOn();
  }
  session.close();
  expect(read).toBe('first\nsecond\n');
  expect(session.alpnProtocol).toBe('h2');
});

test('drops a request that is not to arrive: the server never sees it', async () => {
  let served = 0;
  const { url, ca } = await proxied(
    (_, response) => {
      served += 1;
      response.end();
    },
    { arriving: () => Promise.resolve('drop') },
  );
  await expect(call(url, ca, 'PUT')).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(served).toBe(0);
});

test('loses an answer when the server has done its work', async () => {
  let served = 0;
  const { url, ca } = await proxied(
    (_, response) => {
      served += 1;
      response.end();
    },
    { answered: () => Promise.resolve('drop') },
  );
  await expect(call(url, ca, 'PUT')).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(served).toBe(1);
});

test('answers for the server', async () => {
  const { url, ca } = await proxied(() => undefined, {
    arriving: () => Promise.resolve({ status: 409, body: { reason: 'Conflict' } }),
  });
  const answer = await call(url, ca, 'PATCH');
  expect([answer.statusCode, await text(answer)]).toEqual([409, '{"reason":"Conflict"}']);
});

test('tells of a request whose answer the server lost, too', async () => {
  const answered: string[] = [];
  const { url, ca } = await proxied((_, response) => void response.destroy(), {
    answered: ({ method }) => {
      answered.push(method);
      return Promise.resolve('answer');
    },
  });
  await expect(call(url, ca, 'DELETE')).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(answered).toEqual(['DELETE']);
});
