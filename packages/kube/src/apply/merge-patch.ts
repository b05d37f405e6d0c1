import { isObject } from '../client/json.ts';
import type { JsonObject } from '../client/json.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * The JSON merge patch (RFC 7386) that turns `from` into `to`; undefined when they are equal. Lists are replaced as a
 * whole. A merge patch cannot write null, so null counts as absent.
 */
export function mergePatch(from: JsonObject, to: JsonObject): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const change = changeOf(from[key] ?? undefined, to[key] ?? undefined);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** What stands in the patch for one field: null to remove it, undefined when it stays. */
function changeOf(from: unknown, to: unknown): unknown {
  if (to === undefined) return from === undefined ? undefined : null;
  if (isObject(from) && isObject(to)) return mergePatch(from, to);
  return canonicalJson(from) === canonicalJson(to) ? undefined : withoutNulls(to);
}

/** A new object may hold nulls and undefined fields deep inside; those would be understood as removals. */
function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value;
  const present = Object.entries(value).filter(([, part]) => part !== undefined && part !== null);
  return Object.fromEntries(present.map(([key, part]) => [key, withoutNulls(part)]));
}
