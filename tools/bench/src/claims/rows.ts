import type { Measurement } from '../measure/measurements.ts';
import { counted, rowsAbout, when } from '../report/row.ts';
import type { Row } from '../report/row.ts';

/**
 * The rows of a measurement of claims. Bars are those of docs/benchmarks.md; seconds hold for two quiet cores, ratios and counts for any
 * machine.
 */
export function claimRows(measurement: Measurement): readonly Row[] {
  const { count, create, remove, idle, restart, oursMs, rssMiB, peakRssMiB } = measurement;
  const burst = count === 100;
  const row = rowsAbout(counted(count, 'claim'));
  return [
    row('Ready, p50', 's', create.p50Ms / 1000, when(burst, { bar: 2, go: '4.6-4.9' })),
    row('Ready, max', 's', create.maxMs / 1000, when(burst, { bar: 3, go: '6.1-6.3' })),
    ...(oursMs === undefined ? [] : [row('of that ours (all - machine - node)', 's', oursMs / 1000, { bar: 0.3 })]),
    row('gone, all', 's', remove.totalMs / 1000, when(burst, { bar: 4, go: '21-22' })),
    row('ARM requests per claim, create', '', create.armRequests / count, when(burst, { bar: 1.3, go: '4.0' })),
    row('ARM requests per claim, delete', '', remove.armRequests / count, when(burst, { bar: 1.3, go: '5' })),
    row('API server requests per claim, create', '', create.apiRequests / count),
    row('API server requests per claim, delete', '', remove.apiRequests / count),
    row('CPU per claim, create', 'ms', create.cpuMs / count, when(burst, { go: '12-17' })),
    row('CPU per claim, delete', 'ms', remove.cpuMs / count),
    row('memory with all Ready', 'MiB', rssMiB, when(burst, { go: '75' })),
    row('memory, most', 'MiB', peakRssMiB),
    ...(idle
      ? [
          row('ARM requests in 2 idle minutes', '', (idle.armRequests * 120) / idle.seconds, { bar: 1, go: '1' }),
          row('writes of claims while idle', '', idle.changes, { bar: 0 }),
        ]
      : []),
    row('restart until at rest', 's', restart.restMs / 1000, when(count >= 1000, { bar: 10 })),
    row('writes after a restart', '', restart.armWrites + restart.changes, { bar: 0 }),
  ];
}
