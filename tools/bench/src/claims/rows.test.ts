import type { Measurement } from '../measure/measurements.ts';
import { tableOf } from '../report/print-table.ts';
import { passes } from '../report/row.ts';
import { claimRows } from './rows.ts';

const burst = { p50Ms: 1500, p90Ms: 2000, maxMs: 3500, totalMs: 3600, apiRequests: 700, cpuMs: 900 };
const measurement: Measurement = {
  count: 100,
  create: { ...burst, armRequests: 120, armByOperation: {} },
  remove: { ...burst, armRequests: 131, armByOperation: {} },
  idle: { seconds: 60, armRequests: 1, changes: 0, apiWrites: 0, cpuMs: 5 },
  restart: { restMs: 800, armWrites: 0, changes: 2, apiWrites: 2 },
  rssMiB: 150,
  peakRssMiB: 180,
};

test('what is over its bar is missed, what is on it passes, what has none says nothing', () => {
  const verdicts = Object.fromEntries(claimRows(measurement).map(row => [row.what, passes(row)]));
  expect(verdicts).toMatchObject({
    'Ready, p50': true,
    'Ready, max': false,
    'ARM requests per claim, create': true,
    'ARM requests per claim, delete': false,
    'ARM requests in 2 idle minutes': false,
    'writes after a restart': false,
    'memory, most': undefined,
  });
});

test('bars of a burst of 100 hold for that number only', () => {
  const one = claimRows({ ...measurement, count: 1, oursMs: 250 });
  expect(one.filter(row => row.bar !== undefined).map(({ what }) => what)).toEqual([
    'of that ours (all - machine - node)',
    'ARM requests in 2 idle minutes',
    'writes of claims while idle',
    'writes after a restart',
  ]);
});

test('the table fits a terminal and says what was missed', () => {
  const lines = tableOf(claimRows(measurement)).split('\n');
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100);
  expect(lines.find(line => line.includes('Ready, max'))).toMatch(/3\.50 s .* <= 3 .* MISSED/);
});
