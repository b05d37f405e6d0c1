import { invalidInput, text } from './read.ts';
import type { Reader } from './read.ts';

const PATTERN = /^[a-z0-9]*\*?$/;

/** Reads a pool name, or a prefix that ends in `*`. @throws ServiceError 400. */
export const poolPattern: Reader<string> = (value, where) => {
  const pattern = text(value, where);
  if (PATTERN.test(pattern)) return pattern;
  throw invalidInput(where, 'must be a pool name, or a prefix that ends in *');
};

/** Whether a pattern that `poolPattern` has read names a pool. */
export function namesPool(pattern: string, pool: string | undefined): boolean {
  if (pool === undefined) return false;
  return pattern.endsWith('*') ? pool.startsWith(pattern.slice(0, -1)) : pool === pattern;
}
