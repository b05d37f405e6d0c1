import Table from 'cli-table3';
import { passes } from './row.ts';
import type { Row } from './row.ts';

/** The rows as a table for a terminal of 100 columns or more. */
export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ['', 'what', 'measured', 'bar', '', 'Go'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    const { subject, what, bar, go = '', unit } = row;
    table.push([subject, what, amount(row.measured, unit), bar === undefined ? '' : `<= ${bar}`, verdict(row), go]);
  }
  return table.toString();
}

function amount(value: number, unit: Row['unit']): string {
  const digits = unit === 'MiB' ? 0 : unit === 'ms' && value >= 10 ? 1 : 2;
  return `${Number.isInteger(value) ? value : value.toFixed(digits)}${unit && ` ${unit}`}`;
}

function verdict(row: Row): string {
  const good = passes(row);
  return good === undefined ? '' : good ? 'ok' : 'MISSED';
}
