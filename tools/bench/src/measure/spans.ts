/** A stretch of time, in milliseconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * How much of a stretch of time is in none of the others, in milliseconds. What lies in several of them counts once, what lies outside
 * of the stretch not at all.
 */
export function uncovered(whole: Span, others: readonly Span[]): number {
  let left = whole.end - whole.start;
  let { start: reached } = whole;
  for (const { start, end } of others.toSorted((one, other) => one.start - other.start)) {
    const from = Math.max(start, reached);
    const to = Math.min(end, whole.end);
    if (to <= from) continue;
    left -= to - from;
    reached = to;
  }
  return left;
}
