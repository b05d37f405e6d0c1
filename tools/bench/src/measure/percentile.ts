/**
 * The value below which a share of the values lies, by the nearest rank.
 * @param share between 0 and 1
 * @throws RangeError when there are no values.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('there are no values to take a percentile of');
  return value;
}
