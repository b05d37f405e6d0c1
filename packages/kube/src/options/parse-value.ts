import type { OptionSpec } from './option-spec.ts';

export type OptionValue = string | number | boolean;

/** A value, or what would have been accepted instead. */
export type Parsed = { readonly value: OptionValue } | { readonly expected: string };

const TRUE = new Set(['true', '1', 'yes', 'on']);
const FALSE = new Set(['false', '0', 'no', 'off']);
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** Reads the text of an option as its type says. */
export function parseValue(spec: OptionSpec, text: string): Parsed {
  switch (spec.type) {
    case 'string':
      return { value: text };
    case 'integer':
      return parseInteger(text, spec.min ?? Number.MIN_SAFE_INTEGER, spec.max ?? Number.MAX_SAFE_INTEGER);
    case 'boolean':
      return parseBoolean(text);
    case 'duration':
      return parseDuration(text);
    default:
      return spec.type.includes(text) ? { value: text } : { expected: `one of ${spec.type.join(', ')}` };
  }
}

function parseInteger(text: string, min: number, max: number): Parsed {
  const value = Number(text);
  const bounded = min > Number.MIN_SAFE_INTEGER || max < Number.MAX_SAFE_INTEGER;
  const expected = bounded ? `a whole number from ${min} to ${max}` : 'a whole number';
  return /^[+-]?\d+$/.test(text) && value >= min && value <= max ? { value } : { expected };
}

function parseBoolean(text: string): Parsed {
  const word = text.toLowerCase();
  if (TRUE.has(word)) return { value: true };
  return FALSE.has(word) ? { value: false } : { expected: 'true or false' };
}

/** Milliseconds, as Go writes durations: `1h30m`, `500ms`. */
function parseDuration(text: string): Parsed {
  if (text === '0') return { value: 0 };
  if (!DURATION.test(text)) return { expected: 'a duration such as 500ms, 30s, 5m or 1h30m' };
  const parts = [...text.matchAll(DURATION_PART)];
  return { value: parts.reduce((sum, [, amount, unit = 'ms']) => sum + Number(amount) * (UNIT_MS[unit] ?? 1), 0) };
}
