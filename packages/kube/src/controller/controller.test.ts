import type { Informer, InformerEvent } from '../cache/informer.ts';
import { ApiError } from '../client/api-error.ts';
import type { ConfigMap } from '../client/builtin-resources.ts';
import { configMap } from '../fixtures/config-map.ts';
import { FakeClock } from '../fixtures/fake-clock.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { settled } from '../fixtures/until.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { Controller } from './controller.ts';
import { TerminalError } from './result.ts';
import type { ReconcileContext, Result } from './result.ts';

type Reconcile = (key: string, context: ReconcileContext) => Promise<Result | void>;

let clock: FakeClock;
let logger: MemoryLogger;
let stop: AbortController;
let kill: AbortController;
const metrics = createMetrics({ processMetrics: false });
let count = 0;

beforeEach(() => {
  clock = new FakeClock();
  logger = new MemoryLogger();
  stop = new AbortController();
  kill = new AbortController();
  count += 1;
});

/** A controller of a name of its own, so that its metrics begin at zero. */
function create(reconcile: Reconcile, workers = 1): Controller {
  return new Controller({ name: `c${count}`, reconcile, workers, logger, metrics, clock });
}

/** What the metrics say about this test's controller. */
async function measured(name: string, more = ''): Promise<number> {
  const line = (await metrics.text())
    .split('\n')
    .find(text => text.startsWith(`${name}{controller="c${count}"${more}}`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

const total = (result: string) => measured('controller_runtime_reconcile_total', `,result="${result}"`);

describe('what a reconcile returns', () => {
  test('nothing: done', async () => {
    const controller = create(async () => {});
    const running = controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await settled();
    expect(clock.waiting).toEqual([]);
    await expect(total('success')).resolves.toBe(1);
    stop.abort();
    await running;
  });

  test('requeueAfterMs: again after that time', async () => {
    let passes = 0;
    const controller = create(async () => {
      passes += 1;
      return passes < 3 ? { requeueAfterMs: 5_000 } : undefined;
    });
    void controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await clock.advance(4_999);
    expect(passes).toBe(1);
    await clock.advance(60_000);
    expect(passes).toBe(3);
    await expect(total('requeue_after')).resolves.toBe(2);
    stop.abort();
  });

  test('requeueAfterMs of nothing: again with back-off, not in a loop', async () => {
    const controller = create(async () => ({ requeueAfterMs: 0 }));
    void controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await clock.advance(1_000);
    // 20, 40, 80, 160, 320 ms, and the next would come after 1,260 ms.
    await expect(total('requeue')).resolves.toBe(6);
    stop.abort();
  });
});

describe('what a reconcile throws', () => {
  test('an error: again with back-off, until success forgets it', async () => {
    const attempts: number[] = [];
    const controller = create(async (_key, { attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error('not yet');
    });
    void controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await clock.advance(1_000);
    controller.enqueue('a');
    await clock.advance(20);
    expect(attempts).toEqual([0, 1, 2, 3, 0, 1]);
    await expect(measured('controller_runtime_reconcile_errors_total')).resolves.toBe(5);
    expect(logger.messages('error')).toEqual(Array.from({ length: 5 }, () => 'Reconcile failed'));
    stop.abort();
  });

  test('an error that names a time: no sooner than that', async () => {
    const error = new ApiError({ code: 429, reason: 'TooManyRequests', message: 'slow down', retryAfterMs: 9_000 });
    const controller = create(() => Promise.reject(error));
    void controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await settled();
    expect(clock.waiting).toEqual([9_000]);
    stop.abort();
  });

  test('a conflict: again, and no error in the log', async () => {
    const conflict = new ApiError({ code: 409, reason: 'Conflict', message: 'newer version' });
    const controller = create(() => Promise.reject(conflict));
    void controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await settled();
    expect(clock.waiting).toEqual([20]);
    expect(logger.messages('error')).toEqual([]);
    stop.abort();
  });

  test('a TerminalError: not again until somebody enqueues it', async () => {
    let passes = 0;
    const controller = create(async () => {
      passes += 1;
      throw new TerminalError('no such preset');
    });
    void controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await clock.advance(1_000_000);
    expect(passes).toBe(1);
    await expect(measured('controller_runtime_terminal_reconcile_errors_total')).resolves.toBe(1);
    controller.enqueue('a');
    await settled();
    expect(passes).toBe(2);
    stop.abort();
  });

  test('before it has become a promise: the same as an error', async () => {
    const controller = create(() => {
      throw new TypeError('undefined is not a function');
    });
    void controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await settled();
    expect(clock.waiting).toEqual([20]);
    stop.abort();
  });
});

test('keys are worked on side by side, but never the same one', async () => {
  const busy: string[] = [];
  let most = 0;
  const controller = create(async key => {
    expect(busy).not.toContain(key);
    busy.push(key);
    most = Math.max(most, busy.length);
    await settled();
    busy.splice(busy.indexOf(key), 1);
  }, 3);
  void controller.start(stop.signal, kill.signal);
  for (let round = 0; round < 5; round++) {
    for (const key of ['a', 'b', 'c', 'd', 'e']) controller.enqueue(key);
    await settled();
  }
  await settled();
  expect(most).toBe(3);
  await expect(total('error')).resolves.toBe(0);
  stop.abort();
});

test('each pass has its own id on its log lines', async () => {
  const controller = create(async (_key, context) => void context.logger.info('Passing'));
  void controller.start(stop.signal, kill.signal);
  controller.enqueue('ns/a');
  await settled();
  controller.enqueue('ns/a');
  await settled();
  const metas = logger.lines.map(({ meta }) => meta);
  expect(metas).toEqual([
    expect.objectContaining({ controller: `c${count}`, key: 'ns/a' }),
    expect.objectContaining({ controller: `c${count}`, key: 'ns/a' }),
  ]);
  expect(new Set(metas.map(meta => meta['reconcileId'])).size).toBe(2);
  stop.abort();
});

test('watch enqueues the keys of an object as it is and as it was', async () => {
  const keys: string[] = [];
  const handlers: ((event: InformerEvent<ConfigMap>) => void)[] = [];
  const informer: Pick<Informer<ConfigMap>, 'onEvent'> = {
    onEvent: handler => {
      handlers.push(handler);
      return () => {};
    },
  };
  const controller = create(async key => void keys.push(key));
  controller.watch(informer, (object, old) => [object.metadata.name, ...(old ? [`was ${old.metadata.name}`] : [])]);
  void controller.start(stop.signal, kill.signal);
  const [tell] = handlers;
  tell?.({ type: 'added', object: configMap('a', 1) });
  tell?.({ type: 'updated', object: configMap('b', 2), old: configMap('c', 1) });
  tell?.({ type: 'deleted', object: configMap('d', 2) });
  await settled();
  expect(keys).toEqual(['a', 'b', 'was c', 'd']);
  stop.abort();
});

describe('stop', () => {
  test('lets a running reconcile finish, and begins no other', async () => {
    const release = Promise.withResolvers<void>();
    const ended: string[] = [];
    const controller = create(async (key, { signal }) => {
      await release.promise;
      ended.push(`${key} ${signal.aborted ? 'aborted' : 'in peace'}`);
    });
    const running = controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    controller.enqueue('b');
    await settled();
    stop.abort();
    release.resolve();
    await running;
    expect(ended).toEqual(['a in peace']);
    expect(clock.waiting).toEqual([]);
  });

  test('kill aborts a running reconcile, which is then not retried', async () => {
    const controller = create(
      (_key, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    const running = controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await settled();
    stop.abort();
    kill.abort();
    await running;
    expect(logger.messages('error')).toEqual([]);
  });

  test('a reconcile that hangs all the same is left behind', async () => {
    const controller = create(() => new Promise(() => {}));
    const running = controller.start(stop.signal, kill.signal);
    controller.enqueue('a');
    await settled();
    stop.abort();
    kill.abort();
    await clock.advance(1_000);
    await running;
    expect(clock.waiting).toEqual([]);
  });

  test('a controller starts once', async () => {
    const controller = create(async () => {});
    stop.abort();
    await controller.start(stop.signal);
    await expect(controller.start(stop.signal)).rejects.toThrow('has been started before');
  });
});
