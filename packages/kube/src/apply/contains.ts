import { isObject } from '../client/json.ts';

/**
 * Whether `live` already holds every field of `desired`; it may hold more. Values are compared literally, so a quantity
 * that the server writes differently is a difference. A value that the server leaves out of an answer because it is
 * empty or zero is equal to none. In lists of objects order does not matter and others may have added items; lists of
 * plain values, such as a command line, must be the same.
 */
export function contains(live: unknown, desired: unknown): boolean {
  if (live === undefined || live === null) return isEmpty(desired);
  if (Array.isArray(desired)) return Array.isArray(live) && containsItems(live, desired);
  if (!isObject(desired)) return live === desired;
  if (!isObject(live)) return false;
  return Object.entries(desired).every(([key, value]) => value === undefined || contains(live[key], value));
}

function containsItems(live: readonly unknown[], desired: readonly unknown[]): boolean {
  if (!desired.some(isObject)) {
    return live.length === desired.length && desired.every((item, index) => contains(live[index], item));
  }
  const left = [...live];
  return desired.every(item => {
    const index = left.findIndex(candidate => contains(candidate, item));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

function isEmpty(value: unknown): boolean {
  if (isObject(value)) return Object.values(value).every(part => isEmpty(part));
  return Array.isArray(value) ? value.length === 0 : !value;
}
