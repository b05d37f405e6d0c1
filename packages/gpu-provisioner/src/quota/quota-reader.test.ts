import { AzureError } from '@kaito/azure';
import type { Usage } from '@kaito/azure';
import { FakeClock } from '@kaito/testing';
import { jest } from '@jest/globals';
import { quiet } from '../testing/stand-ins.ts';
import { QuotaReader } from './quota-reader.ts';

const usage: Usage = { name: 'cores', displayName: 'Total Regional vCPUs', used: 1, limit: 10 };
const MINUTE = 60_000;

function setUp(refreshMs = MINUTE) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const azure = { reads: [] as number[], failure: undefined as Error | undefined, takesMs: 0 };
  const heard = { readings: 0, failures: 0, turns: [] as number[] };
  const line = { waiting: false };
  const warn = jest.fn();
  const list = async (): Promise<readonly Usage[]> => {
    azure.reads.push(clock.monotonic());
    await new Promise<void>(resolve => {
      clock.setTimeout(resolve, azure.takesMs);
    });
    if (azure.failure) throw azure.failure;
    return [usage];
  };
  const reader = new QuotaReader({
    usages: { list },
    location: 'eastus',
    refreshMs,
    clock,
    logger: { ...quiet, warn },
    wanted: () => line.waiting,
    onReading: () => (heard.readings += 1),
    onFailure: () => (heard.failures += 1),
    onTurn: () => heard.turns.push(clock.monotonic()),
  });
  const running = reader.start(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await clock.advance(azure.takesMs);
    await running;
    expect(clock.pending).toEqual([]);
  };
  /** Asks once, and lets what follows happen. */
  const ask = async (): Promise<boolean> => {
    const current = reader.isCurrent(clock.monotonic());
    await clock.advance(0);
    return current;
  };
  return { clock, azure, heard, line, warn, reader, ask, end };
}

test('with nobody asking it never reads', async () => {
  const { clock, azure, end } = setUp();
  await clock.advance(24 * 60 * MINUTE);
  expect(azure.reads).toEqual([]);
  await end();
});

test('those who ask at once share one reading, which serves until it is too old', async () => {
  const { clock, azure, heard, ask, end } = setUp();
  azure.takesMs = 500;
  expect([await ask(), await ask(), await ask()]).toEqual([false, false, false]);
  await clock.advance(500);
  expect([azure.reads.length, heard.readings, heard.turns]).toEqual([1, 1, [500]]);
  expect(await ask()).toBe(true);
  await clock.advance(MINUTE - 1);
  expect(await ask()).toBe(true);
  await clock.advance(1);
  expect(await ask()).toBe(false);
  expect(azure.reads).toHaveLength(2);
  await end();
});

test('one that asked before the reading is content with it, however short the refresh', async () => {
  const { clock, reader, ask, end } = setUp(0);
  await ask();
  await clock.advance(29_999);
  expect([reader.isCurrent(0), reader.isCurrent(1)]).toEqual([true, false]);
  await clock.advance(60_000);
  expect(reader.isCurrent(0)).toBe(false);
  await end();
});

test('while somebody waits it reads at the refresh, and stops when nobody does', async () => {
  const { clock, azure, line, reader, ask, end } = setUp();
  await ask();
  line.waiting = true;
  reader.reconsider();
  await clock.advance(3 * MINUTE);
  expect(azure.reads).toEqual([0, MINUTE, 2 * MINUTE, 3 * MINUTE]);
  line.waiting = false;
  reader.reconsider();
  await clock.advance(60 * MINUTE);
  expect(azure.reads).toHaveLength(4);
  await end();
});

test('a first reading that fails leaves it blind at once; it warns once, and nobody waits for the next attempt', async () => {
  const { clock, azure, heard, line, warn, reader, ask, end } = setUp();
  azure.failure = new Error('down');
  expect(await ask()).toBe(false);
  expect([reader.blind, heard.turns.length]).toEqual([true, 1]);
  expect(await ask()).toBe(true);
  line.waiting = true;
  reader.reconsider();
  await clock.advance(MINUTE);
  expect(azure.reads).toEqual([0, 5000, 15_000, 35_000]);
  expect([warn.mock.calls.length, heard.failures]).toEqual([1, 4]);
  azure.failure = undefined;
  await clock.advance(MINUTE);
  expect([reader.blind, heard.readings]).toEqual([false, 1]);
  await end();
});

test('the last good reading is trusted for five minutes of failures; then those who wait are told', async () => {
  const { clock, azure, heard, line, reader, ask, end } = setUp();
  await ask();
  azure.failure = new AzureError('slow down', { code: 'TooManyRequests', kind: 'throttled', retryAfterMs: 3_600_000 });
  line.waiting = true;
  reader.reconsider();
  await clock.advance(5 * MINUTE - 1);
  expect([reader.blind, heard.turns]).toEqual([false, [0, MINUTE]]);
  await clock.advance(1);
  expect([reader.blind, heard.turns]).toEqual([true, [0, MINUTE, 5 * MINUTE]]);
  // Azure's wait is honoured, however long.
  await clock.advance(55 * MINUTE);
  expect(azure.reads).toEqual([0, MINUTE]);
  await clock.advance(MINUTE);
  expect(azure.reads).toEqual([0, MINUTE, 61 * MINUTE]);
  await end();
});

test('a reading that Azure contradicts is not gone by', async () => {
  const { azure, reader, ask, clock, end } = setUp();
  await ask();
  await clock.advance(1);
  reader.disprove();
  expect(await ask()).toBe(false);
  expect(azure.reads).toHaveLength(2);
  await clock.advance(1);
  expect(await ask()).toBe(true);
  await end();
});
