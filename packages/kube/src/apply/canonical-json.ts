import { isObject } from '../client/json.ts';
import type { JsonObject } from '../client/json.ts';

/**
 * JSON with the keys of every object in order, so that equal values give equal text. Undefined values are left out, as
 * JSON leaves them out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isObject(part) ? sorted(part) : part));
}

function sorted(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
