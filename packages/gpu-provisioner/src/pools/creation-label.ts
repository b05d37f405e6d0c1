/** A claim's creation as the pool label `kaito.sh/creation-timestamp` holds it: 2026-07-28T10-00-00Z, UTC (gpu-provisioner). */
export function creationLabel(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
}

const LABEL = /^(\d{4}-\d{2}-\d{2}T\d{2})-(\d{2})-(\d{2}Z)$/;

/** The time that such a label says, in epoch milliseconds; undefined when it is absent or says none. */
export function creationTimeOf(label: string | undefined): number | undefined {
  const parts = LABEL.exec(label ?? '');
  const ms = parts ? Date.parse(parts.slice(1).join(':')) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
