import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import type { Reply } from '../fixtures/api-stand-in.ts';
import { configMap } from '../fixtures/config-map.ts';
import { until } from '../fixtures/until.ts';
import { ApiError } from './api-error.ts';
import { configMaps } from './builtin-resources.ts';
import type { WatchEvent, WatchOptions } from './client.ts';

let api: ApiStandIn;

beforeEach(async () => {
  api = await ApiStandIn.start();
});

afterEach(() => api.close());

/** All events of a watch, and the error that ended it, if one did. */
async function collect(options?: WatchOptions): Promise<{ events: WatchEvent<object>[]; error?: ApiError }> {
  const events: WatchEvent<object>[] = [];
  try {
    for await (const event of api.client().watch(configMaps, options)) events.push(event);
    return { events };
  } catch (error) {
    if (error instanceof ApiError) return { events, error };
    throw error;
  }
}

test('asks for bookmarks, and for initial events only with the match that the server wants', async () => {
  api.respond(reply => reply.json(200, {}));
  await collect({
    namespace: 'default',
    fieldSelector: 'metadata.name=a',
    sendInitialEvents: true,
    timeoutSeconds: 300,
  });
  await collect({ resourceVersion: '5' });
  expect(api.requests[0]).toMatchObject({
    path: '/api/v1/namespaces/default/configmaps',
    query: {
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      timeoutSeconds: '300',
      fieldSelector: 'metadata.name=a',
    },
  });
  expect(api.requests[1]?.query).toEqual({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '5' });
});

test('gives events one by one, also when they arrive in pieces that split a character', async () => {
  const line = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: configMap('grün', 1) })}\n`);
  const middle = line.indexOf('ü') + 1;
  api.respond(reply => {
    reply.chunk(line.subarray(0, middle));
    setImmediate(() => {
      reply.chunk(line.subarray(middle));
      reply.event('MODIFIED', configMap('grün', 2));
      reply.bookmark('3', true);
      reply.end();
    });
  });
  await expect(collect()).resolves.toEqual({
    events: [
      { type: 'ADDED', object: configMap('grün', 1) },
      { type: 'MODIFIED', object: configMap('grün', 2) },
      { type: 'BOOKMARK', resourceVersion: '3', initialEventsEnd: true },
    ],
  });
});

test.each<[string, (reply: Reply) => void, Partial<ApiError>]>([
  [
    'an ERROR event carries its code',
    reply => {
      reply.event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
      reply.end();
    },
    { code: 410, reason: 'Expired', message: 'watch configmaps: too old' },
  ],
  [
    'a stream that ends within an event is broken',
    reply => {
      reply.chunk('{"type":"ADDED","object":{');
      reply.end();
    },
    { code: 0, reason: 'NetworkError' },
  ],
  [
    'a line that is not JSON is not quoted',
    reply => {
      reply.chunk('hunter2\n');
      reply.end();
    },
    { code: 0, reason: 'NetworkError', message: 'watch configmaps: the answer is not JSON' },
  ],
  ['an answer that is a failure is one', reply => reply.status(500, 'InternalError'), { code: 500 }],
])('%s', async (_name, respond, expected) => {
  api.respond(reply => respond(reply));
  await expect(collect()).resolves.toMatchObject({ events: [], error: expected });
});

test('a reset in the middle is a network error after the events before it', async () => {
  api.respond(reply => {
    reply.event('ADDED', configMap('a', 1));
    setTimeout(() => reply.reset(), 20);
  });
  const { events, error } = await collect();
  expect(events).toHaveLength(1);
  expect(error).toMatchObject({ code: 0, reason: 'NetworkError' });
});

test('leaving the loop closes the request', async () => {
  let reply: Reply | undefined;
  api.respond(open => {
    reply = open;
    open.event('ADDED', configMap('a', 1));
  });
  for await (const event of api.client().watch(configMaps)) {
    expect(event.type).toBe('ADDED');
    break;
  }
  await until('the server sees the request closed', () => reply?.closed === true);
});

test('the signal ends a watch, and its listener goes with it', async () => {
  const controller = new AbortController();
  api.respond(reply => {
    reply.event('ADDED', configMap('a', 1));
    setImmediate(() => controller.abort());
  });
  await expect(collect({ signal: controller.signal })).resolves.toMatchObject({ error: { reason: 'Aborted' } });
});
