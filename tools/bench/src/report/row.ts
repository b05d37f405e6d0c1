/** One line of the report: what was measured, and the bar that it should pass, if there is one. */
export interface Row {
  /** What was worked on: `100 claims`. */
  readonly subject: string;
  readonly what: string;
  readonly unit: 's' | 'ms' | 'MiB' | '';
  readonly measured: number;
  /** The most that is good enough. */
  readonly bar?: number;
  /** The Go controllers on the same kind of stack: one 2-core host, two runs; gpu-provisioner v0.4.3 and KAITO v0.12. */
  readonly go?: string;
}

/** What a row is compared with. */
type Standard = Pick<Row, 'bar' | 'go'>;

/** Makes the rows of one subject. */
export function rowsAbout(
  subject: string,
): (what: string, unit: Row['unit'], measured: number, standard?: Standard) => Row {
  return (what, unit, measured, standard = {}) => ({
    subject,
    what,
    unit,
    measured,
    ...standard,
  });
}

/** Whether the row is good enough; undefined where there is no bar. */
export function passes({ measured, bar }: Row): boolean | undefined {
  return bar === undefined ? undefined : measured <= bar;
}

/** The standard where it applies, else none. */
export function when(applies: boolean, standard: Standard): Standard {
  return applies ? standard : {};
}

/** The number with the noun in the form that goes with it: `1 claim`, `50 claims`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
