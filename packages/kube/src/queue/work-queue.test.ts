import * as fc from 'fast-check';
import { FakeClock } from '../fixtures/fake-clock.ts';
import { settled } from '../fixtures/until.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { queueMetrics } from './queue-metrics.ts';
import { WorkQueue } from './work-queue.ts';

const metrics = createMetrics({ processMetrics: false });

function create(): { queue: WorkQueue<string>; clock: FakeClock } {
  const clock = new FakeClock();
  const backoff = { baseMs: 100, maxMs: 1_000 };
  return { queue: new WorkQueue<string>({ clock, backoff, metrics: queueMetrics(metrics, 'test', clock) }), clock };
}

test('gives out keys in the order in which they came, each once', async () => {
  const { queue } = create();
  for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
  expect([await queue.take(), await queue.take(), await queue.take()]).toEqual(['a', 'b', 'c']);
  expect(queue.depth).toBe(0);
});

test('a worker that waits gets the next key', async () => {
  const { queue } = create();
  const waiting = queue.take();
  queue.add('a');
  await expect(waiting).resolves.toBe('a');
});

test('a key that is added while it is worked on comes again after that, once', async () => {
  const { queue } = create();
  queue.add('a');
  await queue.take();
  queue.add('a');
  queue.add('a');
  expect(queue.depth).toBe(0);
  queue.done('a');
  expect(queue.depth).toBe(1);
  await queue.take();
  queue.done('a');
  expect(queue.depth).toBe(0);
});

test('a key is given out after its time, of several the earliest', async () => {
  const { queue, clock } = create();
  queue.addAfter('a', 500);
  queue.addAfter('a', 200);
  queue.addAfter('a', 900);
  queue.addAfter('b', 300);
  expect(clock.waiting).toEqual([200]);
  await clock.advance(199);
  expect(queue.depth).toBe(0);
  await clock.advance(1);
  expect(queue.depth).toBe(1);
  await clock.advance(100);
  expect(queue.depth).toBe(2);
  expect(clock.waiting).toEqual([]);
});

test.each([0, -5, Number.NaN])('a delay of %d is none', ms => {
  const { queue } = create();
  queue.addAfter('a', ms);
  expect(queue.depth).toBe(1);
});

test('failures in a row wait twice as long each, up to the limit, until they are forgotten', async () => {
  const { queue, clock } = create();
  const delays: number[] = [];
  for (let failure = 0; failure < 6; failure++) {
    queue.retry('a');
    delays.push(...clock.waiting);
    await clock.advance(1_000);
    await queue.take();
    queue.done('a');
  }
  expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(queue.failures('a')).toBe(6);
  queue.forget('a');
  queue.retry('a');
  expect(clock.waiting).toEqual([100]);
});

test('a retry waits at least as long as it is told', () => {
  const { queue, clock } = create();
  queue.retry('a', 7_000);
  expect(clock.waiting).toEqual([7_000]);
});

test('stop ends the workers that wait, forgets what waits, and leaves no timer', async () => {
  const { queue, clock } = create();
  queue.add('busy');
  await queue.take();
  const waiting = queue.take();
  queue.addAfter('late', 500);
  queue.stop();
  await expect(waiting).resolves.toBeUndefined();
  queue.add('a');
  queue.addAfter('b', 5);
  queue.done('busy');
  expect(queue.depth).toBe(0);
  expect(clock.waiting).toEqual([]);
  await expect(queue.take()).resolves.toBeUndefined();
});

test('thousands of delayed keys share one timer', async () => {
  const { queue, clock } = create();
  for (let index = 0; index < 5_000; index++) queue.addAfter(`k${index}`, 1 + ((index * 7919) % 5_000));
  expect(clock.waiting).toHaveLength(1);
  expect(queue.delayed).toBe(5_000);
  await clock.advance(2_500);
  expect(queue.depth).toBe(2_500);
});

const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), action: fc.constantFrom('add', 'finish', 'start') });

test('no key is with two workers at once, and every addition is followed by a run', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const { queue } = create();
      const busy = new Set<string>();
      /** Keys that were added and not begun since. */
      const owed = new Set<string>();
      const worker = async (): Promise<void> => {
        for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
          if (busy.has(key)) throw new Error(`${key} is with two workers`);
          busy.add(key);
          owed.delete(key);
          return;
        }
      };
      for (const { key, action } of steps) {
        if (action === 'add') {
          owed.add(key);
          queue.add(key);
        } else if (action === 'start') {
          void worker();
        } else if (busy.delete(key)) {
          queue.done(key);
        }
        await settled();
      }
      for (let round = 0; round < 10; round++) {
        for (const key of busy) queue.done(key);
        busy.clear();
        void worker();
        await settled();
      }
      expect(owed).toEqual(new Set());
      queue.stop();
    }),
  );
});

test('is measured under client-go’s names', async () => {
  const own = createMetrics({ processMetrics: false });
  const clock = new FakeClock();
  const backoff = { baseMs: 1, maxMs: 1 };
  const queue = new WorkQueue<string>({ clock, backoff, metrics: queueMetrics(own, 'q', clock) });
  queue.add('a');
  queue.add('b');
  queue.retry('c');
  await queue.take();
  await clock.advance(3_000);
  const text = await own.text();
  const labels = '{name="q",controller="q"}';
  expect(text).toContain(`workqueue_depth${labels} 2`);
  expect(text).toContain(`workqueue_adds_total${labels} 3`);
  expect(text).toContain(`workqueue_retries_total${labels} 1`);
  expect(text).toContain(`workqueue_unfinished_work_seconds${labels} 3`);
  expect(text).toContain(`workqueue_longest_running_processor_seconds${labels} 3`);
  expect(text).toContain(`workqueue_queue_duration_seconds_count${labels} 1`);
});
