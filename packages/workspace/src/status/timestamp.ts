/** A moment (milliseconds since the epoch) as status has times: whole seconds, as metav1.Time. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The moment of a time that another wrote; undefined when there is none, or when it is no time. */
export function momentOf(time: string | undefined): number | undefined {
  const ms = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The last of some moments; undefined when there is none, or when one of them is not known. */
export function lastOf(moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter(moment => moment !== undefined);
  return known.length === 0 || known.length < moments.length ? undefined : Math.max(...known);
}
