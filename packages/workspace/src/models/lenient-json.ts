/** A string, which is left as it is, or a number that Python writes and JSON has not. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * Reads JSON as Python writes it: NaN and Infinity come out as null.
 * @throws SyntaxError when it is not JSON beside that
 */
export function parseLenientJson(text: string): unknown {
  return JSON.parse(text.replaceAll(stringOrNumber, found => (found.startsWith('"') ? found : 'null')));
}
