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

const unitMs: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };

/**
 * The same out of the words of a refusal, in milliseconds: AKS and ARM write "retry again in 23 seconds" or "try again after
 * '17' seconds", also where no header can say it, as inside of a failed operation.
 * @returns undefined when the words name no time
 */
export function retryAfterInWords(message: string): number | undefined {
  const found = /try again (?:in|after) '?(\d{1,6})'? (second|minute|hour)/i.exec(message);
  return found ? Number(found[1]) * (unitMs[found[2]?.toLowerCase() ?? ''] ?? 0) : undefined;
}

function readNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}
