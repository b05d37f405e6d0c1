import type { Logger } from '@kaito/kube';
import { eventually, FakeClock } from '@kaito/testing';
import { LogReports, type WatchedSource } from './log-reports.ts';

const quiet: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing, child: () => quiet };
function nothing(): void {}

const marker = 'kaito.training';
let logs: Record<string, string | undefined>;
let reads: string[];
let most: number;
let open: number;
let told: string[];
let clock: FakeClock;
let reports: LogReports;
let stop: AbortController;
let running: Promise<void>;

async function podLogs({ name }: { readonly name: string }): Promise<string> {
  reads.push(name);
  open += 1;
  most = Math.max(most, open);
  await new Promise(resolve => setImmediate(resolve));
  open -= 1;
  const text = logs[name];
  if (text === undefined) throw new Error('container is waiting to start');
  return text;
}

function source(name: string, awaited = true): WatchedSource {
  return { pod: { name, namespace: 'default', uid: `${name}-uid` }, container: 'trainer', marker, awaited };
}

const line = (value: unknown): string => `${JSON.stringify({ [marker]: value })}\n`;

beforeEach(() => {
  [logs, reads, told, most, open] = [{}, [], [], 0, 0];
  clock = new FakeClock(0);
  reports = new LogReports({ client: { podLogs }, clock, logger: quiet, intervalMs: 1000, parallel: 2 });
  reports.onChange(key => told.push(key));
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await running;
});

/** As many rounds as reads are then known. */
async function round(count: number): Promise<void> {
  await eventually(() => expect([open, reads.length]).toEqual([0, count]));
  await clock.advance(1000);
}

test('a report is read among other lines, and told once', async () => {
  logs['a'] = `{'loss': 1}\n 3%|#  | ${line({ step: 1 })}{"${marker}":{"st\n`;
  reports.watch('ns/a', [source('a')]);
  expect(reports.latest('ns/a', source('a'))).toBeUndefined();
  running = reports.start(stop.signal);
  await round(1);
  await round(2);
  expect(reports.latest('ns/a', source('a'))).toEqual([{ step: 1 }]);
  expect(told).toEqual(['ns/a']);
  logs['a'] += line({ step: 2 });
  await round(3);
  await eventually(() => expect(told).toEqual(['ns/a', 'ns/a']));
});

test('what is settled is read once, so that it is known after a restart, and then no more', async () => {
  logs = { a: line({ step: 1 }), b: line({ step: 1 }) };
  reports.watch('ns/a', [source('a', false)]);
  reports.watch('ns/b', [source('b', true)]);
  running = reports.start(stop.signal);
  await round(2);
  await round(3);
  expect(reads.filter(name => name === 'a')).toHaveLength(1);
  expect(reports.latest('ns/a', source('a'))).toEqual([{ step: 1 }]);
});

test('who watches nothing any more costs nothing and is forgotten', async () => {
  logs['a'] = line({ step: 1 });
  reports.watch('ns/a', [source('a')]);
  running = reports.start(stop.signal);
  await round(1);
  await round(2);
  reports.watch('ns/a', []);
  await eventually(() => expect(open).toBe(0));
  const before = reads.length;
  for (let turn = 0; turn < 3; turn++) await clock.advance(1000);
  expect(reads.length).toBe(before);
  expect(reports.latest('ns/a', source('a'))).toBeUndefined();
});

test('a log that cannot be read keeps what was known, and few are read at a time', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  logs = Object.fromEntries(names.map(name => [name, line({ name })]));
  reports.watch(
    'ns/x',
    names.map(name => source(name)),
  );
  running = reports.start(stop.signal);
  await round(5);
  logs = {};
  await round(10);
  expect(most).toBe(2);
  for (const name of names) expect(reports.latest('ns/x', source(name))).toEqual([{ name }]);
});

test('only what counts of the reports is kept and compared', async () => {
  const last = { ...source('a'), keep: (all: readonly unknown[]) => all.slice(-1) };
  logs['a'] = line({ step: 1 }) + line({ step: 2 });
  reports.watch('ns/a', [last]);
  running = reports.start(stop.signal);
  await round(1);
  logs['a'] = line({ step: 2 });
  await round(2);
  expect(reports.latest('ns/a', last)).toEqual([{ step: 2 }]);
  expect(told).toEqual(['ns/a']);
});
