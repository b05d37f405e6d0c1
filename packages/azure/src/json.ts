/** Parses JSON; undefined when the text is none, the caller says what that means. */
export function parseJson(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** True for a JSON object; its fields may be anything. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text, or an empty one when the value is anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
