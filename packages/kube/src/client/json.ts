export type JsonObject = Readonly<Record<string, unknown>>;

/** A JSON object, as opposed to an array, null or a plain value. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON from the API server, which vouches for its shape: it checks every object against its schema.
 * @throws SyntaxError that quotes nothing: the text may hold a Secret.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the path gives
export function parseJson<T>(text: string): T {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where the wire gets its types
    return JSON.parse(text) as T;
  } catch {
    // oxlint-disable-next-line eslint/preserve-caught-error -- the parser's message quotes the text
    throw new SyntaxError('the answer is not JSON');
  }
}

/** The code of a system or library error, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return isObject(error) && typeof error['code'] === 'string' ? error['code'] : undefined;
}
