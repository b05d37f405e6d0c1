import { createHash } from 'node:crypto';
import { isObject } from '../client/json.ts';

/**
 * JSON of a value that came from JSON, or could have, with the keys of every object in order, so that equal values give equal text.
 * Undefined values are left out, as JSON leaves them out.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(part => canonicalJson(part ?? null)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const texts: string[] = [];
  for (const key of Object.keys(value).toSorted()) {
    const part = value[key];
    if (part !== undefined) texts.push(`${JSON.stringify(key)}:${canonicalJson(part)}`);
  }
  return `{${texts.join(',')}}`;
}

/** SHA-256 of the canonical JSON, in hexadecimal digits: equal values have equal digests, in whatever order their keys stand. */
export function canonicalDigest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
