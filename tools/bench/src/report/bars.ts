import type { ClaimsMeasurement } from '../claims/measurements.ts';

/** One line of the report: what was measured, and the bar that it should pass, if there is one. */
export interface Row {
  readonly claims: number;
  readonly what: string;
  readonly unit: 's' | 'ms' | 'MiB' | '';
  readonly measured: number;
  /** The most that is good enough. */
  readonly bar?: number;
  /** The Go gpu-provisioner v0.4.3 on the same kind of stack: one 2-core host, two runs. */
  readonly go?: string;
}

/**
 * The rows of a measurement. Bars are those of docs/benchmarks.md; seconds hold for two quiet cores, ratios and counts for any
 * machine.
 */
export function rowsOf(measurement: ClaimsMeasurement): readonly Row[] {
  const { claims, create, remove, idle, restart, oursMs, rssMiB, peakRssMiB } = measurement;
  const burst = claims === 100;
  const row = (what: string, unit: Row['unit'], measured: number, rest: Partial<Row> = {}): Row => ({
    claims,
    what,
    unit,
    measured,
    ...rest,
  });
  return [
    row('Ready, p50', 's', create.p50Ms / 1000, burst ? { bar: 2, go: '4.6-4.9' } : {}),
    row('Ready, max', 's', create.maxMs / 1000, burst ? { bar: 3, go: '6.1-6.3' } : {}),
    ...(oursMs === undefined ? [] : [row('of that ours (all - machine - node)', 's', oursMs / 1000, { bar: 0.3 })]),
    row('gone, all', 's', remove.totalMs / 1000, burst ? { bar: 4, go: '21-22' } : {}),
    row('ARM requests per claim, create', '', create.armRequests / claims, burst ? { bar: 1.3, go: '4.0' } : {}),
    row('ARM requests per claim, delete', '', remove.armRequests / claims, burst ? { bar: 1.3, go: '5' } : {}),
    row('API server requests per claim, create', '', create.apiRequests / claims),
    row('API server requests per claim, delete', '', remove.apiRequests / claims),
    row('CPU per claim, create', 'ms', create.cpuMs / claims, burst ? { go: '12-17' } : {}),
    row('CPU per claim, delete', 'ms', remove.cpuMs / claims),
    row('memory with all Ready', 'MiB', rssMiB, burst ? { go: '75' } : {}),
    row('memory, most', 'MiB', peakRssMiB),
    ...(idle
      ? [
          row('ARM requests in 2 idle minutes', '', (idle.armRequests * 120) / idle.seconds, { bar: 1, go: '1' }),
          row('writes of claims while idle', '', idle.claimWrites, { bar: 0 }),
        ]
      : []),
    row('restart until at rest', 's', restart.restMs / 1000, claims >= 1000 ? { bar: 10 } : {}),
    row('writes after a restart', '', restart.armWrites + restart.claimWrites, { bar: 0 }),
  ];
}

/** Whether the row is good enough; undefined where there is no bar. */
export function passes({ measured, bar }: Row): boolean | undefined {
  return bar === undefined ? undefined : measured <= bar;
}
