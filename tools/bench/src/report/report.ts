import { writeFile } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';
import { AZURE } from '../measure/bench.ts';
import { tableOf } from './print-table.ts';
import { passes } from './row.ts';
import type { Row } from './row.ts';

export interface ReportOptions {
  /** File for everything that was measured, as JSON. */
  readonly json?: string;
  /** A missed bar makes the process exit with 1. */
  readonly strict?: boolean;
}

/** Prints the rows, and writes them and the measurements behind them to a file if one is named. */
export async function report(
  rows: readonly Row[],
  measurements: readonly unknown[],
  { json, strict }: ReportOptions,
): Promise<void> {
  console.log(`\n${tableOf(rows)}`);
  const missed = rows.filter(row => passes(row) === false);
  console.log(missed.length === 0 ? 'All bars passed.' : `${missed.length} bars missed.`);
  if (json !== undefined) await writeFile(json, contentOf(rows, measurements));
  if (strict && missed.length > 0) process.exitCode = 1;
}

function contentOf(rows: readonly Row[], measurements: readonly unknown[]): string {
  const [cpu] = cpus();
  const memoryGiB = Math.round(totalmem() / 1024 ** 3);
  const machine = { cpus: cpus().length, model: cpu?.model, memoryGiB, platform: platform(), arch: arch() };
  const result = { at: new Date().toISOString(), node: process.version, machine, azure: AZURE, measurements, rows };
  return `${JSON.stringify(result, null, 2)}\n`;
}
