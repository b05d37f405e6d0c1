import type { Measurement } from '../measure/measurements.ts';
import { counted, rowsAbout, when } from '../report/row.ts';
import type { Row } from '../report/row.ts';

const MANY = 1000;

/**
 * The rows of a measurement of workspaces, both controllers together. Bars and the figures of the Go controllers are those of
 * docs/benchmarks.md; seconds hold for two quiet cores, ratios and counts for any machine.
 */
export function workspaceRows(measurement: Measurement): readonly Row[] {
  const { count, create, remove, idle, restart, oursMs, rssMiB, peakRssMiB } = measurement;
  const burst = count === 50;
  const row = rowsAbout(counted(count, 'workspace'));
  return [
    row('InferenceReady, p50', 's', create.p50Ms / 1000, when(burst, { bar: 2, go: '21.5' })),
    row('InferenceReady, max', 's', create.maxMs / 1000, when(burst, { bar: 3, go: '23.5' })),
    ...(oursMs === undefined
      ? []
      : [row('of that ours (all - node - pod)', 's', oursMs / 1000, { bar: 0.3, go: '~3' })]),
    row('gone, all', 's', remove.totalMs / 1000, when(burst, { bar: 4, go: '10' })),
    row('ARM requests per workspace, create', '', create.armRequests / count),
    row('ARM requests per workspace, delete', '', remove.armRequests / count),
    row('API server requests per workspace, create', '', create.apiRequests / count),
    row('API server requests per workspace, delete', '', remove.apiRequests / count),
    row('CPU per workspace, create', 'ms', create.cpuMs / count, when(burst, { bar: 40, go: '38-43' })),
    row('CPU per workspace, delete', 'ms', remove.cpuMs / count),
    row('memory with all ready', 'MiB', rssMiB, {
      ...when(burst, { bar: 180, go: '140' }),
      ...when(count >= MANY, { bar: 300 }),
    }),
    row('memory, most', 'MiB', peakRssMiB),
    ...(idle
      ? [
          row('ARM requests in 2 idle minutes', '', (idle.armRequests * 120) / idle.seconds, { bar: 1 }),
          row('writes while idle', '', idle.apiWrites, { bar: 0 }),
          row('CPU in an idle minute', 'ms', (idle.cpuMs * 60) / idle.seconds),
        ]
      : []),
    row('restart until at rest', 's', restart.restMs / 1000, when(count >= MANY, { bar: 10 })),
    row('writes after a restart', '', restart.armWrites + restart.apiWrites, { bar: 0 }),
  ];
}
