import { Cache } from '../cache/cache.ts';
import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import type { Received, Reply } from '../fixtures/api-stand-in.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { until } from '../fixtures/until.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { isObject } from '../client/json.ts';
import type { JsonObject } from '../client/json.ts';
import { WebhookServer } from './webhook-server.ts';

let api: ApiStandIn;
let stop: AbortController;
let running: Promise<unknown>;
let serving: Promise<void>;
let logger: MemoryLogger;
/** What the stand-in has, and how it answers writes of Secrets. */
let secret: JsonObject | undefined;
let write: (reply: Reply, request: Received) => void;

const metadata = { name: 'cert', namespace: 'kaito', uid: 'u', resourceVersion: '3' };
const webhook = { name: 'hook', clientConfig: { url: 'https://127.0.0.1/validate' } };
const configuration = { metadata: { name: 'hooks', uid: 'h', resourceVersion: '4' }, webhooks: [webhook] };

beforeEach(async () => {
  stop = new AbortController();
  logger = new MemoryLogger();
  secret = undefined;
  write = (reply, { body }) => {
    secret = { ...(isObject(body) ? body : {}), metadata };
    reply.json(201, { kind: 'Secret', ...secret });
  };
  api = await ApiStandIn.start((reply, request) => {
    const isSecret = request.path.endsWith('/secrets') || request.path.includes('/secrets/');
    if (request.method !== 'GET') {
      if (isSecret) return write(reply, request);
      return reply.status(403, 'Forbidden');
    }
    if (request.query['watch'] !== 'true') return reply.json(200, { kind: 'Secret', metadata, ...secret });
    if (!isSecret) reply.event('ADDED', configuration);
    return reply.bookmark('5', true);
  });
});

afterEach(async () => {
  stop.abort();
  await running;
  await api.close();
});

function start(port = 0): WebhookServer {
  const metrics = createMetrics({ processMetrics: false });
  const cache = new Cache({ client: api.client(), logger, metrics });
  const server = new WebhookServer({
    cache,
    listen: { port, host: '127.0.0.1' },
    webhooks: { '/validate': () => ({ allowed: true }) },
    secret: { name: 'cert', namespace: 'kaito' },
    hosts: ['127.0.0.1'],
    configuration: { name: 'hooks' },
    logger,
    metrics,
  });
  serving = cache.synced(stop.signal).then(() => server.start(stop.signal));
  running = Promise.allSettled([cache.start(stop.signal), serving]);
  return server;
}

test('watches the one Secret and the one configuration, and no others', async () => {
  start();
  await until('both watches', () => api.requests.filter(({ query }) => query['watch'] === 'true').length === 2);
  const watched = api.requests.map(({ path, query }) => `${path} ${query['fieldSelector']}`);
  expect(watched).toEqual(
    expect.arrayContaining([
      '/api/v1/namespaces/kaito/secrets metadata.name=cert',
      '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations metadata.name=hooks',
    ]),
  );
});

test('nothing is served that the Secret does not hold, and readiness says why', async () => {
  write = reply => reply.status(403, 'Forbidden');
  const server = start();
  await until('the refusal', () => String(server.ready()).includes('Forbidden'));
  expect(server.ready()).toBe('the secret cannot be kept: create secrets "kaito/cert": Forbidden of the stand-in');
  expect(server.port).toBeUndefined();
});

test('serves, but is not ready, while the configuration cannot be told whom to trust', async () => {
  const server = start();
  await until('the port', () => server.port !== undefined);
  await until('the reason', () => String(server.ready()).includes('configuration cannot be kept'));
  expect(server.ready()).toContain('validatingwebhookconfigurations.admissionregistration.k8s.io "hooks": Forbidden');
});

test('who is slower takes what another replica has written', async () => {
  write = reply => reply.status(409, 'AlreadyExists');
  const server = start();
  await until('the write', () => api.requests.some(({ method }) => method === 'POST'));
  expect(server.ready()).toBe('there is no certificate to serve with yet');
  expect(logger.messages('error')).toEqual([]);
});

test('a port that is taken ends it with a reason', async () => {
  start(api.port);
  await expect(serving).rejects.toThrow(`Cannot listen on 127.0.0.1:${api.port} for admission`);
});
