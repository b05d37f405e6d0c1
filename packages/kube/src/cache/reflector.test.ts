import type { ConfigMap } from '../client/builtin-resources.ts';
import { configMaps } from '../client/builtin-resources.ts';
import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import type { Reply, Responder } from '../fixtures/api-stand-in.ts';
import { configMap } from '../fixtures/config-map.ts';
import { FakeClock } from '../fixtures/fake-clock.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { until } from '../fixtures/until.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { reflectorMetrics } from './reflector-metrics.ts';
import { Reflector } from './reflector.ts';

let api: ApiStandIn;
let clock: FakeClock;
let logger: MemoryLogger;
let stop: AbortController;
let told: string[];
let running: Promise<void>;

beforeEach(async () => {
  api = await ApiStandIn.start();
  clock = new FakeClock();
  logger = new MemoryLogger();
  stop = new AbortController();
  told = [];
});

afterEach(async () => {
  stop.abort();
  await running;
  await api.close();
  if (clock.waiting.length > 0) throw new Error('the reflector left a timer behind');
});

/** Runs a reflector against responders; what it tells its sink is written down in `told`. */
function start(...responders: readonly Responder[]): void {
  api.respond(...responders);
  const reflector = new Reflector<ConfigMap>({
    client: api.client(),
    resource: configMaps,
    selection: { namespace: 'default', labelSelector: 'x=y' },
    sink: {
      replace: (items, version) => told.push(`all ${items.map(nameOf).join(' ')} at ${version}`),
      change: (type, object) => told.push(`${type} ${nameOf(object)}`),
      advance: version => told.push(`at ${version}`),
    },
    logger,
    clock,
    // In the middle, where the jitter changes nothing.
    random: () => 0.5,
    metrics: reflectorMetrics(createMetrics({ processMetrics: false }), 'configmaps'),
  });
  running = reflector.run(stop.signal);
}

const nameOf = ({ metadata }: ConfigMap): string => `${metadata.name}@${metadata.resourceVersion}`;

/** A streaming list of one object, `a@1`, at version 5; the watch stays open. */
const initial: Responder = reply => {
  reply.event('ADDED', configMap('a', 1));
  reply.bookmark('5', true);
};

/** A page that is the whole list. */
const page: Responder = reply => reply.json(200, { metadata: { resourceVersion: '5' }, items: [configMap('a', 1)] });

/** A watch that stays open and silent. */
const silent: Responder = reply => reply.chunk('');

const delayed = (ms: number) => until(`a delay of ${ms} ms`, () => clock.waiting.includes(ms));
const requests = (count: number) => until(`${count} requests`, () => api.requests.length >= count);

/** Lets the reflector come to the open watch whose version is the last told. */
async function watching(): Promise<void> {
  await until('the first state', () => told.some(line => line.startsWith('all')));
}

describe('a good connection', () => {
  test('is list and watch in one request; bookmarks move the version on', async () => {
    let open: Reply | undefined;
    start((reply, request) => {
      void initial(reply, request);
      open = reply;
    });
    await watching();
    open?.event('MODIFIED', configMap('a', 6));
    open?.bookmark('9');
    open?.event('DELETED', configMap('a', 10));
    await until('all events', () => told.length === 4);
    expect(told).toEqual(['all a@1 at 5', 'MODIFIED a@6', 'at 9', 'DELETED a@10']);
    expect(api.requests).toHaveLength(1);
    expect(api.requests[0]).toMatchObject({
      path: '/api/v1/namespaces/default/configmaps',
      query: { labelSelector: 'x=y', sendInitialEvents: 'true', timeoutSeconds: '450', allowWatchBookmarks: 'true' },
    });
  });

  test('that the server ends is followed by the next at once, from the last version', async () => {
    let open: Reply | undefined;
    start((reply, request) => {
      void initial(reply, request);
      reply.bookmark('9');
      open = reply;
    }, silent);
    await until('the bookmark', () => told.includes('at 9'));
    await clock.advance(5_000);
    open?.end();
    await requests(2);
    expect(api.requests[1]?.query).toMatchObject({ resourceVersion: '9' });
    expect(api.requests[1]?.query).not.toHaveProperty('sendInitialEvents');
    expect(logger.lines).toEqual([]);
  });

  test('that falls silent, bookmarks and all, is taken for dead', async () => {
    start(initial, silent);
    await watching();
    await clock.advance(179_000);
    expect(api.requests).toHaveLength(1);
    await clock.advance(1_000);
    await delayed(800);
    await clock.advance(800);
    await requests(2);
    expect(api.requests[1]?.query['resourceVersion']).toBe('5');
  });

  test('with slow bookmarks lives on', async () => {
    let open: Reply | undefined;
    start((reply, request) => {
      void initial(reply, request);
      open = reply;
    });
    await watching();
    for (const version of ['6', '7', '8']) {
      await clock.advance(150_000);
      open?.bookmark(version);
      await until('the bookmark', () => told.includes(`at ${version}`));
    }
    expect(api.requests).toHaveLength(1);
  });
});

describe('a broken connection', () => {
  const breaks: readonly (readonly [string, (reply: Reply) => void])[] = [
    ['reset', reply => reply.reset()],
    ['ended within an event', reply => (reply.chunk('{"type":"AD'), reply.end())],
    ['ended with an error event', reply => reply.event('ERROR', { kind: 'Status', code: 500, message: 'oh' })],
  ];

  test.each(breaks)('%s is taken up from the last version after a short delay', async (_name, cut) => {
    let open: Reply | undefined;
    start((reply, request) => {
      void initial(reply, request);
      open = reply;
    }, silent);
    await watching();
    open?.event('MODIFIED', configMap('a', 6));
    await until('the event', () => told.includes('MODIFIED a@6'));
    if (open) cut(open);
    await delayed(800);
    await clock.advance(800);
    await requests(2);
    expect(api.requests[1]?.query['resourceVersion']).toBe('6');
    expect(told.filter(line => line.startsWith('all'))).toHaveLength(1);
  });

  test.each([500, 403, 404])('refused with %i is tried again for ever, ever later up to 30 s', async code => {
    start(reply => reply.status(code, 'Refused'));
    for (const [tries, ms] of [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000].entries()) {
      await until('the failure', () => logger.messages('warn').length > tries);
      await delayed(ms);
      if (tries === 7) api.respond(initial);
      await clock.advance(ms);
    }
    await watching();
    expect(told).toEqual(['all a@1 at 5']);
    expect(api.requests).toHaveLength(9);
  });

  test('waits at least as long as the server asks', async () => {
    start(reply => reply.status(429, 'TooManyRequests', {}, { 'retry-after': '17' }), initial);
    await delayed(17_000);
    expect(api.requests).toHaveLength(1);
    await clock.advance(17_000);
    await watching();
  });

  test('after a long good one starts again from the shortest delay', async () => {
    let open: Reply | undefined;
    start(
      reply => reply.status(500, 'InternalError'),
      reply => reply.status(500, 'InternalError'),
      (reply, request) => {
        void initial(reply, request);
        open = reply;
      },
      silent,
    );
    await delayed(800);
    await clock.advance(800);
    await delayed(1_600);
    await clock.advance(1_600);
    await watching();
    await clock.advance(60_000);
    open?.reset();
    await delayed(800);
    expect(api.requests).toHaveLength(3);
  });

  test('that was ended cleanly after a moment, but brought a change, is taken up soon', async () => {
    let open: Reply | undefined;
    start((reply, request) => {
      void initial(reply, request);
      open = reply;
    }, silent);
    await watching();
    open?.event('MODIFIED', configMap('a', 6));
    open?.end();
    await delayed(50);
    await clock.advance(50);
    await requests(2);
    expect(api.requests[1]?.query['resourceVersion']).toBe('6');
  });

  test('that is ended cleanly at once, again and again, is not a hot loop', async () => {
    start(initial, reply => reply.end());
    await watching();
    // The stand-in ends each of the following watches the moment it begins.
    const open = api.requests.length;
    api.respond(reply => (reply.chunk(''), reply.end()));
    await clock.advance(180_000);
    await delayed(800);
    await clock.advance(800);
    await requests(open + 1);
    await delayed(1_600);
    expect(api.requests.length).toBe(open + 1);
  });
});

describe('a version that is too old', () => {
  test.each<[string, (reply: Reply) => void]>([
    ['as an event', reply => reply.event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'old' })],
    ['as an answer', reply => reply.status(410, 'Expired')],
  ])('%s makes it read everything again at once', async (_name, expire) => {
    let open: Reply | undefined;
    start(
      (reply, request) => {
        void initial(reply, request);
        open = reply;
      },
      reply => expire(reply),
      reply => {
        reply.event('ADDED', configMap('b', 7));
        reply.bookmark('20', true);
      },
    );
    await watching();
    await clock.advance(20_000);
    open?.end();
    await until('the second state', () => told.includes('all b@7 at 20'));
    expect(api.requests[2]?.query['sendInitialEvents']).toBe('true');
  });

  test('after an outage is not waited for any longer', async () => {
    let open: Reply | undefined;
    start(
      (reply, request) => {
        void initial(reply, request);
        open = reply;
      },
      reply => reply.status(500, 'InternalError'),
      reply => reply.status(500, 'InternalError'),
      reply => reply.status(410, 'Expired'),
      initial,
    );
    await watching();
    open?.reset();
    for (const ms of [800, 1_600, 3_200]) {
      await delayed(ms);
      await clock.advance(ms);
    }
    await until('the second state', () => told.length === 2);
    expect(api.requests).toHaveLength(5);
  });

  test('time and again is waited for', async () => {
    start(reply => reply.status(410, 'Expired'));
    await delayed(800);
    await clock.advance(800);
    await delayed(1_600);
    expect(api.requests).toHaveLength(3);
  });

  test('a version from the future makes it read everything again', async () => {
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    let open: Reply | undefined;
    start(
      (reply, request) => {
        void initial(reply, request);
        open = reply;
      },
      reply => reply.status(504, 'Timeout', { details: { causes, retryAfterSeconds: 1 } }),
      initial,
    );
    await watching();
    await clock.advance(20_000);
    open?.end();
    await until('the second state', () => told.length === 2);
    expect(told).toEqual(['all a@1 at 5', 'all a@1 at 5']);
  });
});

describe('a server without streaming lists', () => {
  test.each([400, 422])('that says so with %i is listed and watched', async code => {
    start(reply => reply.status(code, 'Invalid'), page, silent);
    await requests(3);
    expect(told).toEqual(['all a@1 at 5']);
    expect(api.requests[1]?.query).toEqual({ labelSelector: 'x=y', limit: '500' });
    expect(api.requests[2]?.query).toMatchObject({ watch: 'true', resourceVersion: '5' });
  });

  test('that sends no end of the initial events is found out by its first bookmark', async () => {
    start(
      reply => {
        reply.event('ADDED', configMap('a', 1));
        reply.bookmark('4');
      },
      page,
      silent,
    );
    await delayed(800);
    await clock.advance(800);
    await requests(3);
    expect(told).toEqual(['all a@1 at 5']);
  });

  test('that sends nothing at all is found out by its silence', async () => {
    start(silent, page, silent);
    await requests(1);
    await until('the watchdog', () => clock.waiting.length > 0);
    await clock.advance(30_000);
    await delayed(800);
    await clock.advance(800);
    await requests(3);
    expect(told).toEqual(['all a@1 at 5']);
  });

  test('a stream cut before the end of the initial events is no state', async () => {
    start(reply => {
      reply.event('ADDED', configMap('a', 1));
      reply.end();
    }, initial);
    await delayed(800);
    expect(told).toEqual([]);
    await clock.advance(800);
    await watching();
    expect(api.requests[1]?.query['sendInitialEvents']).toBe('true');
  });
});

test('stops in the middle of a watch, and closes it', async () => {
  let open: Reply | undefined;
  start((reply, request) => {
    void initial(reply, request);
    open = reply;
  });
  await watching();
  stop.abort();
  await running;
  await until('the request is closed', () => open?.closed === true);
  expect(api.requests).toHaveLength(1);
});

test('stops in the middle of a delay', async () => {
  start(reply => reply.status(500, 'InternalError'));
  await delayed(800);
  stop.abort();
  await running;
  expect(api.requests).toHaveLength(1);
});
