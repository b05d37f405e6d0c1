import type { CoreEvent } from '../client/builtin-resources.ts';
import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import { configMap } from '../fixtures/config-map.ts';
import { FakeClock } from '../fixtures/fake-clock.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { cut } from './cut.ts';
import { EventRecorder } from './event-recorder.ts';
import { EventSeries } from './event-series.ts';

let api: ApiStandIn;
let clock: FakeClock;
let logger: MemoryLogger;
let recorder: EventRecorder;

beforeEach(async () => {
  api = await ApiStandIn.start((reply, { body }) => reply.json(201, body ?? {}));
  clock = new FakeClock(Date.UTC(2026, 0, 1));
  logger = new MemoryLogger();
  recorder = new EventRecorder({ client: api.client(), component: 'tester', clock, logger });
});

afterEach(() => api.close());

const object = configMap('a', 4);
const launched = { type: 'Normal', reason: 'Launched', message: 'Pool p is there' } as const;

test('an event says about what, from whom, and when', async () => {
  recorder.record(object, launched);
  await recorder.flush();
  expect(api.requests[0]).toMatchObject({
    method: 'POST',
    path: '/api/v1/namespaces/default/events',
    body: {
      metadata: { name: expect.stringMatching(/^a\.[0-9a-f]{16}$/), namespace: 'default' },
      involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'default', uid: 'uid-a' },
      ...launched,
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      source: { component: 'tester' },
      reportingComponent: 'tester',
    },
  });
});

test('an event about a cluster-scoped object is in the namespace where kubectl looks', async () => {
  recorder.record({ kind: 'Node', apiVersion: 'v1', metadata: { name: 'n', uid: 'u' } }, launched);
  await recorder.flush();
  expect(api.requests[0]?.path).toBe('/api/v1/namespaces/default/events');
});

test('repeats within two minutes are dropped, later ones raise the count of the first', async () => {
  recorder.record(object, launched);
  await recorder.flush();
  await clock.advance(119_000);
  recorder.record(object, launched);
  await recorder.flush();
  expect(api.requests).toHaveLength(1);
  await clock.advance(1_000);
  recorder.record(object, launched);
  await recorder.flush();
  expect(api.requests[1]).toMatchObject({
    method: 'PATCH',
    body: { count: 2, lastTimestamp: '2026-01-01T00:02:00Z' },
  });
  expect(api.requests[1]?.path).toBe(`/api/v1/namespaces/default/events/${nameOf(api.requests[0]?.body)}`);
});

const nameOf = (body: unknown): string => /"name":"(a\.[^"]+)"/.exec(JSON.stringify(body))?.[1] ?? '';

test('what makes events the same is object, type, reason and dedupe, or else the message', async () => {
  const other = { ...launched, message: 'Pool q is there' };
  recorder.record(object, launched);
  recorder.record(object, other);
  recorder.record(object, { ...launched, reason: 'Registered' });
  recorder.record(configMap('b', 1), launched);
  recorder.record(object, { ...launched, dedupe: ['pool'] });
  recorder.record(object, { ...other, dedupe: ['pool'] });
  await recorder.flush();
  expect(api.requests).toHaveLength(5);
});

test('when the first event is gone, a repeat becomes a new one', async () => {
  recorder.record(object, launched);
  await recorder.flush();
  await clock.advance(120_000);
  api.respond(
    reply => reply.status(404, 'NotFound'),
    (reply, { body }) => reply.json(201, body),
  );
  recorder.record(object, launched);
  await recorder.flush();
  expect(api.requests[2]).toMatchObject({ method: 'POST', body: { count: 1 } });
});

test('an event that cannot be written is logged, and the next one is written', async () => {
  api.respond(
    reply => reply.status(403, 'Forbidden'),
    (reply, { body }) => reply.json(201, body),
  );
  recorder.record(object, launched);
  recorder.record(object, { ...launched, reason: 'Next' });
  await recorder.flush();
  expect(api.requests).toHaveLength(2);
  expect(logger.lines).toMatchObject([{ level: 'warn', message: 'Could not write an event', meta: { name: 'a' } }]);
});

test('more events than can wait are dropped and counted', async () => {
  for (let index = 0; index < 4_005; index++) recorder.record(object, { ...launched, message: `event ${index}` });
  await recorder.flush();
  // The first is being written while the others wait.
  expect(api.requests).toHaveLength(4_001);
  expect(logger.lines).toMatchObject([{ level: 'warn', meta: { dropped: 4 } }]);
}, 60_000);

test('a burst goes out at once up to a point, the rest one by one, unless somebody waits for the end', async () => {
  const paused = async (count: number): Promise<void> => {
    while (api.requests.length < count || clock.waiting.length === 0)
      await new Promise(resolve => setImmediate(resolve));
  };
  for (let index = 0; index < 30; index++) recorder.record(object, { ...launched, message: `event ${index}` });
  await paused(10);
  expect(api.requests).toHaveLength(10);
  await clock.advance(100);
  await paused(11);
  expect(api.requests).toHaveLength(11);
  await recorder.flush();
  expect(api.requests).toHaveLength(30);
});

test('long messages and names are cut to what the API server takes', async () => {
  recorder.record(configMap('n'.repeat(253), 1), { ...launched, message: 'ü'.repeat(600) });
  await recorder.flush();
  const body = JSON.stringify(api.requests[0]?.body);
  const { metadata, message }: Pick<CoreEvent, 'metadata' | 'message'> = JSON.parse(body);
  expect(metadata.name).toHaveLength(253);
  expect(Buffer.byteLength(message ?? '')).toBeLessThanOrEqual(1_024);
});

test.each([
  ['short', 'short'],
  ['x'.repeat(11), `${'x'.repeat(7)}…`],
  ['üüüüüü', 'üüü…'],
  ['🙂🙂🙂', '🙂…'],
])('%s is cut to ten bytes between characters', (text, expected) => {
  expect(cut(text, 10)).toBe(expected);
});

test('the memory of events is bounded in time and number', () => {
  const series = new EventSeries();
  for (let index = 0; index < 5_000; index++) series.next(`k${index}`, 0);
  // The oldest is forgotten, so that it counts as new.
  expect(series.next('k0', 1)?.count).toBe(1);
  expect(series.next('k4999', 1)).toBeUndefined();
  expect(series.next('k4999', 3_599_999)?.count).toBe(2);
  expect(series.next('k4999', 8_000_000)?.count).toBe(1);
});
