import type { DiagnosisRow, Finding, Symptom } from './diagnosis.ts';
import { diagnosisRows } from './diagnosis-rows.ts';
import { excerpt, readable } from './evidence.ts';
import { retryAfterSeconds, retryTime } from './retry.ts';

type Values = Readonly<Record<string, string | undefined>>;

interface Match {
  readonly row: DiagnosisRow;
  readonly values: Values;
  /** Where in the text the pattern fits. */
  readonly at: { readonly start: number; readonly end: number } | undefined;
}

/** What the table knows of a symptom; undefined when no row fits. Pure. */
export function findDiagnosis(symptom: Symptom): Finding | undefined {
  const seen = { ...symptom, text: readable(symptom.text) };
  const found = firstMatch(seen);
  if (!found) return undefined;
  const { row, values, at } = found;
  return {
    cause: fill(row.cause, values),
    message: fill(row.message, values),
    evidence: excerpt(seen.text, at),
    mover: row.mover,
    nextStep: fill(row.nextStep, values),
    waiting: row.waiting ?? false,
    ...nextTry(seen.text),
  };
}

/** The same, with an answer for what nobody knows: it is called unknown and shown as it is. */
export function diagnose(symptom: Symptom): Finding {
  return findDiagnosis(symptom) ?? unknown(symptom);
}

/** The place of the row in the table that fits a symptom first; undefined when none does. */
export function matchingRow(symptom: Symptom): DiagnosisRow | undefined {
  return firstMatch({ ...symptom, text: readable(symptom.text) })?.row;
}

function unknown({ place, code, text }: Symptom): Finding {
  const words = readable(text);
  return {
    cause: 'Unknown',
    message: [code, excerpt(words, undefined)].filter(Boolean).join(': '),
    evidence: excerpt(words, undefined),
    mover: place === 'claim' ? 'cluster' : 'user',
    nextStep: 'Kaito does not know these words: read them as they stand, and see kubectl describe and kubectl logs',
    waiting: false,
    ...nextTry(words),
  };
}

function nextTry(text: string): Pick<Finding, 'retryAfterSeconds' | 'retryAt'> {
  const seconds = retryAfterSeconds(text);
  const retryAt = retryTime(text);
  return { ...(seconds !== undefined && { retryAfterSeconds: seconds }), ...(retryAt && { retryAt }) };
}

function firstMatch(symptom: Symptom): Match | undefined {
  for (const row of diagnosisRows) {
    const match = matchRow(row, symptom);
    if (match) return match;
  }
  return undefined;
}

function matchRow(row: DiagnosisRow, symptom: Symptom): Match | undefined {
  const { places, codes, pattern } = row;
  if (!places.includes(symptom.place) || codes?.includes(symptom.code ?? '') === false) return undefined;
  const found = pattern?.exec(symptom.text) ?? undefined;
  if (pattern && !found) return undefined;
  const values = valuesOf(symptom, found?.groups);
  if (!canFill(row, values)) return undefined;
  return { row, values, at: found && { start: found.index, end: found.index + found[0].length } };
}

function canFill({ cause, message, nextStep }: DiagnosisRow, values: Values): boolean {
  const names = [...`${cause} ${message} ${nextStep}`.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return names.every(name => (values[name] ?? '') !== '');
}

function fill(template: string, values: Values): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

function valuesOf({ code, text, field }: Symptom, groups: Values = {}): Values {
  const { requested, remaining } = groups;
  const missing = requested && remaining ? String(Math.max(1, Number(requested) - Number(remaining))) : undefined;
  const family = groups['family']?.toLowerCase() === 'cores' ? 'all families' : groups['family'];
  return { code, field, text: excerpt(text, undefined), ...groups, missing, family };
}
