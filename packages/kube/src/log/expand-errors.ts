import { isNativeError } from 'node:util/types';
import winston from 'winston';

/** Causes are followed this far; a chain that is longer, or a circle, is cut. */
const MAX_CAUSES = 5;

/** What errors hold beside their message that helps to find them elsewhere, or to tell them apart. Nothing else is written. */
const TELLING = ['code', 'reason', 'kind', 'statusCode', 'operation', 'correlationId'] as const;

function describeError(error: Error, depth: number): object {
  const { name, message, stack, cause } = error;
  const fields = new Map<string, unknown>(Object.entries(error));
  return {
    name,
    message,
    ...Object.fromEntries(TELLING.flatMap(key => (fields.get(key) === undefined ? [] : [[key, fields.get(key)]]))),
    stack,
    ...(cause !== undefined && depth < MAX_CAUSES ? { cause: expand(cause, depth + 1) } : {}),
  };
}

function expand(value: unknown, depth: number): unknown {
  return isNativeError(value) ? describeError(value, depth) : value;
}

/** A winston format that turns each Error among a line's values into plain data; winston itself would write `{}`. */
export const expandErrors = winston.format(info => {
  for (const [key, value] of Object.entries(info)) {
    if (isNativeError(value)) info[key] = expand(value, 0);
  }
  return info;
});
