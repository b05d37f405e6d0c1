/*
 * Errors are recognised by what they carry and not by `instanceof Error`: in a test runner, those of Node's own modules are
 * made by another `Error` than ours.
 */

/** What a thrown value says. */
export function messageOf(thrown: unknown): string {
  if (!isObject(thrown)) return String(thrown);
  const { message, code, name } = thrown;
  return [message, code, name].find(text => typeof text === 'string' && text !== '')?.toString() ?? 'unknown error';
}

/** What the innermost cause of a thrown value says. */
export function rootMessageOf(thrown: unknown): string {
  const cause = isObject(thrown) ? thrown['cause'] : undefined;
  return isObject(cause) ? rootMessageOf(cause) : messageOf(thrown);
}

/** Whether a thrown value is a system error of that code, such as `ENOENT`. */
export function hasCode(thrown: unknown, code: string): boolean {
  return isObject(thrown) && thrown['code'] === code;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
