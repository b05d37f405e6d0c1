import { configMaps, secrets } from '../client/builtin-resources.ts';
import type { ConfigMap } from '../client/builtin-resources.ts';
import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import type { Received, Reply } from '../fixtures/api-stand-in.ts';
import { configMap } from '../fixtures/config-map.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { until } from '../fixtures/until.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { Cache } from './cache.ts';
import { secretKeysOnly } from './secret-keys-only.ts';

let api: ApiStandIn;
let cache: Cache;
let stop: AbortController;
const metrics = createMetrics({ processMetrics: false });

beforeEach(async () => {
  api = await ApiStandIn.start(serve);
  stop = new AbortController();
  cache = new Cache({ client: api.client(), logger: new MemoryLogger(), metrics });
});

afterEach(async () => {
  stop.abort();
  await api.close();
});

/** An API server with one ConfigMap, `a@1`; writes get version 9. Its watches never tell of them. */
function serve(reply: Reply, { method, path, query }: Received): void {
  if (method !== 'GET') return reply.json(200, configMap('a', 9));
  if (query['watch'] !== 'true') return reply.status(404, 'NotFound');
  if (path.endsWith('configmaps')) reply.event('ADDED', configMap('a', 1));
  return reply.bookmark('5', true);
}

test('one informer and one watch serve everyone who asks for the same', async () => {
  const first = cache.informer(configMaps);
  expect(cache.informer(configMaps, {})).toBe(first);
  expect(cache.informer(configMaps, { namespace: 'default' })).not.toBe(first);
  void cache.start(stop.signal);
  await cache.synced();
  expect(api.requests).toHaveLength(2);
});

test('is synced when every informer is, also one that was asked for later', async () => {
  cache.informer(configMaps);
  expect(cache.hasSynced()).toBe(false);
  void cache.start(stop.signal);
  await cache.synced();
  const late = cache.informer(secrets);
  expect(cache.unsynced()).toEqual(['secrets']);
  await cache.synced();
  expect(late.list()).toEqual([]);
});

test('waiting for it ends with the signal', async () => {
  cache.informer(configMaps);
  const giveUp = new AbortController();
  const waiting = cache.synced(giveUp.signal);
  giveUp.abort(new Error('no more time'));
  await expect(waiting).rejects.toThrow('no more time');
});

test('a write is read back at once, before any watch event', async () => {
  const informer = cache.informer(configMaps);
  void cache.start(stop.signal);
  await cache.synced();
  const key = { name: 'a', namespace: 'default' };
  for (const write of [
    () => cache.client.create(configMaps, configMap('a', 1)),
    () => cache.client.apply(configMaps, configMap('a', 1), { fieldManager: 'me' }),
    () => cache.client.patch(configMaps, key, {}),
  ]) {
    await write();
    expect(informer.get('default/a')?.metadata.resourceVersion).toBe('9');
  }
});

test('what is listed past the cache is in it at once', async () => {
  const informer = cache.informer(configMaps);
  void cache.start(stop.signal);
  await cache.synced();
  const items = [configMap('a', 3), configMap('b', 7)];
  api.respond(reply => reply.json(200, { items, metadata: { resourceVersion: '8' } }));
  await cache.client.list(configMaps);
  // The watch has come to 5: what is older than that it has told already.
  expect([informer.get('default/a'), informer.get('default/b')].map(it => it?.metadata.resourceVersion)).toEqual([
    '1',
    '7',
  ]);
});

test('an answer of another kind is left out of the cache', async () => {
  const informer = cache.informer(configMaps);
  void cache.start(stop.signal);
  await cache.synced();
  api.respond(reply => reply.json(200, { ...configMap('a', 9), kind: 'Scale' }));
  await cache.client.patch(configMaps, { name: 'a', namespace: 'default' }, {}, { subresource: 'scale' });
  expect(informer.get('default/a')?.metadata.resourceVersion).toBe('1');
});

test('of Secrets only the keys are kept, whoever brings them', async () => {
  const metadata = { name: 's', namespace: 'default', uid: 'u', resourceVersion: '7' };
  const annotations = { mine: '1', 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"token":"aGY="}}' };
  const secret = { kind: 'Secret', metadata: { ...metadata, annotations }, data: { token: 'aGY=' }, type: 'Opaque' };
  const informer = cache.informer(secrets, { transform: secretKeysOnly });
  api.respond((reply, { method }) => {
    if (method !== 'GET') return reply.json(200, { ...secret, metadata: { ...secret.metadata, resourceVersion: '9' } });
    reply.event('ADDED', secret);
    return reply.bookmark('7', true);
  });
  void cache.start(stop.signal);
  await cache.synced();
  const kept = { metadata: { annotations: { mine: '1' } }, data: { token: '' }, type: 'Opaque' };
  expect(informer.get('default/s')).toMatchObject(kept);
  expect(JSON.stringify(informer.list())).not.toContain('aGY=');
  await cache.client.patch(secrets, { name: 's', namespace: 'default' }, {});
  expect(informer.get('default/s')?.metadata.resourceVersion).toBe('9');
  expect(JSON.stringify(informer.list())).not.toContain('aGY=');
});

const transform = (object: ConfigMap): ConfigMap => object;

test('one transform for one informer', () => {
  cache.informer(configMaps, { transform });
  expect(cache.informer(configMaps, { transform })).toBeDefined();
  expect(() => cache.informer(configMaps)).toThrow('informer of configmaps exists with another transform');
});

test('start resolves when everything is closed, and works once', async () => {
  cache.informer(configMaps);
  const started = cache.start(stop.signal);
  await cache.synced();
  await expect(cache.start(stop.signal)).rejects.toThrow('has been started before');
  stop.abort();
  await started;
  let open = 1;
  await until('no connection is left busy', () => {
    void api.connections().then(count => (open = count));
    return open <= 1;
  });
});

test('objects are counted', async () => {
  cache.informer(configMaps);
  void cache.start(stop.signal);
  await cache.synced();
  await expect(metrics.text()).resolves.toContain('informer_objects{resource="configmaps"} 1');
});
