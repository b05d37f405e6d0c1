const PART = /(\d+(?:\.\d+)?)(h|m|s)/g;
const WHOLE = /^(?:\d+(?:\.\d+)?[hms])+$/;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };

/**
 * A duration as NodeClaims write it, `1h30m` or `48h`, in milliseconds.
 * @returns undefined for `Never`, for an absent value and for what is no duration.
 */
export function parseDuration(text: string | undefined): number | undefined {
  if (text === undefined || !WHOLE.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return total;
}
