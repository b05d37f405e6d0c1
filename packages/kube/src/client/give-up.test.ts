import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificate } from '@kaito/testing';
import { configMap } from '../fixtures/config-map.ts';
import { isAborted } from './api-error.ts';
import { configMaps } from './builtin-resources.ts';
import { connect } from './connect.ts';
import type { Client } from './client.ts';

let folder: string;
let server: Http2SecureServer;
let client: Client;
/** Protocol versions of the requests that came, as in `1.1`. */
let versions: Set<string>;

/** Answers a moment after all was received, as an API server does that writes to etcd. */
function answer(request: Http2ServerRequest, response: Http2ServerResponse): void {
  versions.add(request.httpVersion);
  response.stream?.on('error', () => {});
  request.resume().once('end', () => {
    response.setHeader('content-type', 'application/json');
    setImmediate(() => response.end(JSON.stringify(configMap('a', 1))));
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaito-kube-'));
  versions = new Set();
  const { cert, key } = await createCertificate();
  server = createSecureServer({ cert, key, allowHTTP1: true }, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(cert).toString('base64'),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'c',
  };
  await writeFile(join(folder, 'kubeconfig'), JSON.stringify(config));
  client = connect({ kubeconfig: join(folder, 'kubeconfig'), userAgent: 'kaito-test' });
});

afterEach(async () => {
  await client.close();
  server.close();
  await rm(folder, { recursive: true });
});

const key = { name: 'a', namespace: 'default' };
const change = { data: { text: 'x'.repeat(1000) } };

/** A write that is given up as soon as it may be on its way. */
async function givenUp(): Promise<unknown> {
  const stop = new AbortController();
  setImmediate(() => stop.abort(new Error('no longer wanted')));
  return client.patch(configMaps, key, change, { signal: stop.signal }).catch((error: unknown) => error);
}

test('writes that are given up leave the process and the connections in order', async () => {
  await client.get(configMaps, key);
  // The server would rather speak HTTP/2. In that, what follows never ends, and takes all memory: see decision 0009.
  expect([...versions]).toEqual(['1.1']);
  for (let round = 0; round < 4; round++) {
    const outcomes = await Promise.all(Array.from({ length: 20 }, givenUp));
    expect(outcomes.some(isAborted)).toBe(true);
  }
  await expect(client.patch(configMaps, key, change)).resolves.toEqual(configMap('a', 1));
});
