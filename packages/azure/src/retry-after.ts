/** Reads one response header; undefined when it was not sent. */
export type HeaderReader = (name: string) => string | undefined;

/**
 * How long the service asks to wait, in milliseconds, however long that is. Reads `retry-after-ms`, `x-ms-retry-after-ms`
 * and `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), in this order; what cannot be read counts as not sent.
 * @param now milliseconds since the epoch, against which a date is measured
 */
export function retryAfterMs(header: HeaderReader, now: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const ms = readNumber(header(name));
    if (ms !== undefined) return ms;
  }
  const value = header('retry-after');
  const seconds = readNumber(value);
  if (seconds !== undefined) return seconds * 1_000;
  const date = Date.parse(value ?? '');
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function readNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}
