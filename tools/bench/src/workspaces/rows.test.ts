import type { Measurement } from '../measure/measurements.ts';
import { tableOf } from '../report/print-table.ts';
import { passes } from '../report/row.ts';
import { workspaceRows } from './rows.ts';

const burst = {
  p50Ms: 1500,
  p90Ms: 2000,
  maxMs: 3500,
  totalMs: 3600,
  apiRequests: 700,
  cpuMs: 2250,
  armByOperation: {},
};
const measurement: Measurement = {
  count: 50,
  create: { ...burst, armRequests: 120 },
  remove: { ...burst, armRequests: 131 },
  idle: { seconds: 60, armRequests: 1, changes: 0, apiWrites: 0, cpuMs: 5 },
  restart: { restMs: 800, armWrites: 0, changes: 0, apiWrites: 2 },
  rssMiB: 170,
  peakRssMiB: 190,
};
const verdicts = (of: Measurement): Record<string, boolean | undefined> =>
  Object.fromEntries(workspaceRows(of).map(row => [row.what, passes(row)]));

test('a burst of 50 is held to its bars', () => {
  expect(verdicts(measurement)).toMatchObject({
    'InferenceReady, p50': true,
    'InferenceReady, max': false,
    'gone, all': true,
    'CPU per workspace, create': false,
    'memory with all ready': true,
    'writes while idle': true,
    'writes after a restart': false,
  });
});

test('a thousand are held to theirs, and one to the part that is ours', () => {
  expect(verdicts({ ...measurement, count: 1000, rssMiB: 301 })).toMatchObject({
    'InferenceReady, max': undefined,
    'memory with all ready': false,
    'restart until at rest': true,
  });
  expect(verdicts({ ...measurement, count: 1, oursMs: 310 })['of that ours (all - node - pod)']).toBe(false);
});

test('the table fits a terminal', () => {
  const lines = tableOf(workspaceRows(measurement)).split('\n');
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100);
});
