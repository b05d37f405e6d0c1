import Table from 'cli-table3';
import { passes } from './bars.ts';
import type { Row } from './bars.ts';

/** The rows as a table for a terminal of 100 columns or more. */
export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ['claims', 'what', 'measured', 'bar', '', 'Go gpu-provisioner'],
    colAligns: ['right', 'left', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    const { claims, what, bar, go = '', unit } = row;
    table.push([claims, what, amount(row.measured, unit), bar === undefined ? '' : `<= ${bar}`, verdict(row), go]);
  }
  return table.toString();
}

function amount(value: number, unit: Row['unit']): string {
  const digits = unit === 'MiB' ? 0 : unit === 'ms' ? 1 : 2;
  return `${Number.isInteger(value) ? value : value.toFixed(digits)}${unit && ` ${unit}`}`;
}

function verdict(row: Row): string {
  const good = passes(row);
  return good === undefined ? '' : good ? 'ok' : 'MISSED';
}
