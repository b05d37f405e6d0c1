import { rowsAbout } from '../report/row.ts';
import type { Row } from '../report/row.ts';
import type { PlanMeasurement, PlanTimes } from './measure-plan.ts';

/** The rows of a measurement of `plan()`. */
export function planRows({ named, open }: PlanMeasurement): readonly Row[] {
  return [...rowsOf('plan(), size named', named), ...rowsOf('plan(), size open', open)];
}

function rowsOf(subject: string, { plans, p50Ms, p99Ms, maxMs }: PlanTimes): readonly Row[] {
  const row = rowsAbout(subject);
  return [
    row('plans', '', plans),
    row('one plan, p50', 'ms', p50Ms),
    row('one plan, p99', 'ms', p99Ms, { bar: 5 }),
    row('one plan, max', 'ms', maxMs),
  ];
}
