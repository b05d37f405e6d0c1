import { getEventListeners } from 'node:events';
import { FakeClock } from '../fixtures/fake-clock.ts';
import { backoffDelay } from './backoff.ts';
import { sleep, systemClock } from './clock.ts';
import { untilAborted } from './until-aborted.ts';
import { Watchdog } from './watchdog.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('sleep', () => {
  test('ends after its time and leaves no listener', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const asleep = sleep(clock, 100, signal);
    await clock.advance(100);
    await asleep;
    expect(listeners(signal)).toBe(0);
  });

  test('ends with the signal and leaves no timer', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const asleep = sleep(clock, 100, controller.signal);
    controller.abort(new Error('enough'));
    await expect(asleep).rejects.toThrow('enough');
    expect(clock.waiting).toEqual([]);
    await expect(sleep(clock, 100, controller.signal)).rejects.toThrow('enough');
  });
});

test('the system clock takes delays that are longer than Node’s timers', () => {
  const timer = systemClock.setTimeout(() => {
    throw new Error('fired at once');
  }, 1e12);
  timer.cancel();
  expect(systemClock.monotonic()).toBeGreaterThan(0);
});

describe('untilAborted', () => {
  test('resolves with the signal, or rejects with the other, and leaves no listener', async () => {
    const [signal, cancel] = [new AbortController(), new AbortController()];
    const waiting = untilAborted(signal.signal, cancel.signal);
    signal.abort();
    await waiting;
    expect(listeners(cancel.signal)).toBe(0);

    const other = new AbortController();
    const cancelled = untilAborted(other.signal, cancel.signal);
    cancel.abort(new Error('no longer'));
    await expect(cancelled).rejects.toThrow('no longer');
    expect(listeners(other.signal)).toBe(0);
  });
});

describe('backoffDelay', () => {
  test('doubles up to its limit', () => {
    const options = { baseMs: 800, maxMs: 30_000 };
    expect([1, 2, 3, 6, 7, 1_000].map(failures => backoffDelay(failures, options))).toEqual([
      800, 1_600, 3_200, 25_600, 30_000, 30_000,
    ]);
  });

  test('is spread over half to one and a half, never above the limit', () => {
    const delays = [0, 0.5, 0.999].map(value => backoffDelay(1, { baseMs: 800, maxMs: 1_000, random: () => value }));
    expect(delays).toEqual([400, 800, 1_000]);
  });
});

describe('Watchdog', () => {
  test('calls back once after silence, however often it heard something before', async () => {
    const clock = new FakeClock();
    let silences = 0;
    const watchdog = new Watchdog(clock, 100, () => (silences += 1));
    for (let count = 0; count < 10; count++) {
      await clock.advance(90);
      watchdog.heard();
    }
    expect(silences).toBe(0);
    await clock.advance(100);
    expect(silences).toBe(1);
    expect(clock.waiting).toEqual([]);
  });

  test('is silent after stop', async () => {
    const clock = new FakeClock();
    const watchdog = new Watchdog(clock, 100, () => {
      throw new Error('called');
    });
    watchdog.stop();
    await clock.advance(1_000);
    expect(clock.waiting).toEqual([]);
  });
});
