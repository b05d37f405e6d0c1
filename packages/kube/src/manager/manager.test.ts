import { Cache } from '../cache/cache.ts';
import { configMaps } from '../client/builtin-resources.ts';
import { Controller } from '../controller/controller.ts';
import { EventRecorder } from '../events/event-recorder.ts';
import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import type { Received, Reply } from '../fixtures/api-stand-in.ts';
import { configMap } from '../fixtures/config-map.ts';
import { LeaseServer } from '../fixtures/lease-server.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { until } from '../fixtures/until.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { Manager } from './manager.ts';
import type { ManagerOptions } from './manager.ts';
import type { Runnable } from './runnable.ts';

const timings = { leaseDurationMs: 600, renewDeadlineMs: 400, retryPeriodMs: 50 };
const leaderElection = { leaseName: 'lease', namespace: 'default', identity: 'me', timings };

let api: ApiStandIn;
let lease: LeaseServer;
let logger: MemoryLogger;
let stop: AbortController;
/** Whether the stand-in answers lists; until then it refuses them. */
let listing: boolean;

beforeEach(async () => {
  lease = new LeaseServer();
  listing = true;
  api = await ApiStandIn.start(serve);
  logger = new MemoryLogger();
  stop = new AbortController();
});

afterEach(() => api.close());

function serve(reply: Reply, request: Received): void {
  if (request.path.includes('leases')) return lease.respond(reply, request);
  if (request.method === 'POST') return reply.json(201, request.body);
  if (!listing) return reply.status(500, 'InternalError');
  reply.event('ADDED', configMap('a', 1));
  return reply.bookmark('5', true);
}

interface Setup {
  readonly manager: Manager;
  readonly cache: Cache;
  readonly events: EventRecorder;
}

function create(more: Partial<ManagerOptions> = {}): Setup {
  const client = api.client();
  const metrics = createMetrics({ processMetrics: false });
  const cache = new Cache({ client, logger, metrics });
  const events = new EventRecorder({ client, component: 'test', logger });
  const [health, metricsServer] = [
    { port: 0, host: '127.0.0.1' },
    { port: 0, host: '127.0.0.1' },
  ];
  const parts = { name: 'test', client, cache, logger, metrics, events, health, metricsServer, gracePeriodMs: 1_000 };
  return { manager: new Manager({ ...parts, ...more }), cache, events };
}

/** A runnable that says when it starts and ends. */
function part(name: string, log: string[], more: Partial<Runnable> = {}): Runnable {
  return {
    name,
    async start(signal) {
      log.push(`${name} starts`);
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
      log.push(`${name} ends`);
    },
    ...more,
  };
}

async function get(base: string | undefined, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`${base}${path}`);
  return { status: response.status, body: await response.text() };
}

const listening = (manager: Manager) => until('the servers', () => manager.metricsUrl !== undefined);

test('starts in order: probes, caches, parts without the lease, the lease, the others', async () => {
  const log: string[] = [];
  const { manager, cache } = create({ leaderElection });
  cache.informer(configMaps);
  listing = false;
  lease.write({ holderIdentity: 'other', leaseDurationSeconds: 1 });
  manager.add(part('webhook', log)).add(part('controller', log, { leaderOnly: true }));
  const running = manager.run(stop.signal);

  await listening(manager);
  await expect(get(manager.healthUrl, '/healthz')).resolves.toEqual({ status: 200, body: 'ok\n' });
  await expect(get(manager.healthUrl, '/readyz')).resolves.toEqual({
    status: 503,
    body: 'not ready: the cache of configmaps is not synced\n',
  });
  expect(log).toEqual([]);

  listing = true;
  await until('the first part', () => log.includes('webhook starts'));
  // Another holds the lease: this process stands by, and is ready.
  await expect(get(manager.healthUrl, '/readyz')).resolves.toMatchObject({ status: 200 });
  expect(log).toEqual(['webhook starts']);

  await until('the second part', () => log.includes('controller starts'));
  expect(lease.holder).toBe('me');
  stop.abort();
  await running;
  expect(log.slice(2).toSorted()).toEqual(['controller ends', 'webhook ends']);
  expect(lease.holder).toBe('');
});

test('stops in order: work ends, events are written, the lease is given back, ports are free', async () => {
  const { manager, cache, events } = create({ leaderElection });
  const informer = cache.informer(configMaps);
  const controller = new Controller({
    name: 'test',
    logger,
    async reconcile(_key, { signal }) {
      stop.abort();
      await until('the stop to be known', () => logger.messages().includes('Stopping'));
      expect(lease.holder).toBe('me');
      expect(signal.aborted).toBe(false);
      expect(informer.list()).toHaveLength(1);
      events.record(configMap('a', 1), { type: 'Normal', reason: 'Done', message: 'just in time' });
    },
  });
  manager.add(controller.watch(informer, ({ metadata }) => [metadata.name]));
  const running = manager.run(stop.signal);
  await listening(manager);
  const { healthUrl } = manager;
  await running;
  expect(api.requests.filter(({ path, method }) => path.endsWith('/events') && method === 'POST')).toHaveLength(1);
  expect(api.requests.at(-1)?.path).toContain('/leases/');
  expect(lease.holder).toBe('');
  expect(logger.messages('error')).toEqual([]);
  await expect(get(healthUrl, '/healthz')).rejects.toThrow('fetch failed');
});

test('a lost lease ends all work at once and rejects', async () => {
  const killed: boolean[] = [];
  const { manager } = create({ leaderElection, gracePeriodMs: 60_000 });
  manager.add({
    name: 'busy',
    leaderOnly: true,
    start: (_signal, kill) =>
      new Promise(resolve => {
        kill?.addEventListener('abort', () => {
          killed.push(true);
          resolve();
        });
        lease.write({ holderIdentity: 'other' });
      }),
  });
  await expect(manager.run(stop.signal)).rejects.toMatchObject({ name: 'LeadershipLostError' });
  expect(killed).toEqual([true]);
  expect(lease.holder).toBe('other');
});

test('a part that fails ends the others and rejects with its reason', async () => {
  const log: string[] = [];
  const { manager } = create();
  manager.add(part('good', log)).add({ name: 'bad', start: () => Promise.reject(new Error('no disk')) });
  await expect(manager.run(stop.signal)).rejects.toThrow('bad failed: no disk');
  expect(log).toEqual(['good starts', 'good ends']);
});

test('a part that ends without being told to is a failure', async () => {
  const { manager } = create();
  manager.add({ name: 'short', start: async () => {} });
  await expect(manager.run(stop.signal)).rejects.toThrow('short failed: it ended without being told to');
});

test('a part that does not end is left behind, and the lease with it', async () => {
  const { manager } = create({ leaderElection, gracePeriodMs: 200 });
  const started = Promise.withResolvers<void>();
  const start = (): Promise<void> => {
    started.resolve();
    return new Promise(() => {});
  };
  manager.add({ name: 'deaf', leaderOnly: true, start });
  const running = manager.run(stop.signal);
  // The lease is the server's before the manager knows of it, so it says nothing yet about the part.
  await started.promise;
  stop.abort();
  await running;
  expect(logger.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'Stopped without waiting any longer', meta: { for: ['deaf'] } }),
  );
  // Its work may still go on, so the next leader must wait until the lease runs out.
  expect(lease.holder).toBe('me');
});

test('connections that do not end are left behind, and said', async () => {
  const client = api.client();
  const close = client.close.bind(client);
  client.close = () => new Promise(() => {});
  const { manager } = create({ client, gracePeriodMs: 200 });
  const running = manager.run(stop.signal);
  await until('the caches', () => logger.lines.some(({ message }) => message === 'Caches are synced'));
  stop.abort();
  await running;
  client.close = close;
  const meta: unknown = expect.objectContaining({ step: 'Closing connections' });
  expect(logger.lines).toContainEqual(expect.objectContaining({ message: 'A step of the stop failed', meta }));
});

test('readiness says which part is not ready and why', async () => {
  const log: string[] = [];
  let credential: true | string = 'the credential is refused';
  const { manager } = create();
  manager.add(part('azure', log, { ready: () => credential }));
  const running = manager.run(stop.signal);
  await until('the part', () => log.length > 0);
  await expect(get(manager.healthUrl, '/readyz')).resolves.toEqual({
    status: 503,
    body: 'not ready: azure: the credential is refused\n',
  });
  credential = true;
  await expect(get(manager.healthUrl, '/readyz')).resolves.toMatchObject({ status: 200 });
  stop.abort();
  await running;
});

test('metrics are served in the Prometheus format; other paths are not there', async () => {
  const { manager } = create();
  const running = manager.run(stop.signal);
  await listening(manager);
  const response = await fetch(`${manager.metricsUrl}/metrics?x=y`);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  await expect(response.text()).resolves.toContain('# TYPE informer_objects gauge');
  await expect(get(manager.metricsUrl, '/secret')).resolves.toMatchObject({ status: 404 });
  await expect(get(manager.metricsUrl, '/constructor')).resolves.toMatchObject({ status: 404 });
  expect((await fetch(`${manager.healthUrl}/healthz`, { method: 'POST' })).status).toBe(405);
  stop.abort();
  await running;
});

test('a port that is taken is named, and nothing is left open', async () => {
  const health = { port: api.port, host: '127.0.0.1' };
  const { manager } = create({ health });
  await expect(manager.run(stop.signal)).rejects.toThrow(`Cannot listen on 127.0.0.1:${api.port}`);
});

test('one port for both makes one server', async () => {
  const first = create();
  const probe = first.manager.run(stop.signal);
  await listening(first.manager);
  const port = Number(new URL(first.manager.healthUrl ?? '').port);
  stop.abort();
  await probe;

  stop = new AbortController();
  const both = { port, host: '127.0.0.1' };
  const { manager } = create({ health: both, metricsServer: both });
  const running = manager.run(stop.signal);
  await listening(manager);
  expect(manager.metricsUrl).toBe(manager.healthUrl);
  await expect(get(manager.healthUrl, '/readyz')).resolves.toMatchObject({ status: 200 });
  await expect(get(manager.metricsUrl, '/metrics')).resolves.toMatchObject({ status: 200 });
  stop.abort();
  await running;
});

test('told to stop before the caches are synced, it stops', async () => {
  listing = false;
  const { manager, cache } = create({ leaderElection });
  cache.informer(configMaps);
  const running = manager.run(stop.signal);
  await listening(manager);
  stop.abort(new Error('SIGTERM'));
  await running;
  expect(lease.holder).toBeUndefined();
});

test('runs once, and takes no parts while it does', async () => {
  const { manager } = create();
  const running = manager.run(stop.signal);
  expect(() => manager.add(part('late', []))).toThrow('late comes too late');
  await expect(manager.run(stop.signal)).rejects.toThrow('runs once');
  stop.abort();
  await running;
});
