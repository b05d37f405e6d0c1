/** What came of one promise on one target. */
export type Result =
  | { readonly state: 'kept'; readonly ms: number }
  | { readonly state: 'broken' }
  /** The target does not make the promise. */
  | { readonly state: 'excepted'; readonly reason: string };

/** The results of one target, or of tests beside the targets, by promise in the order in which they ran. */
export interface Suite {
  readonly title: string;
  readonly results: ReadonlyMap<string, Result>;
}

/** As much as is used of what jest writes with `--json` (jest docs, "CLI options"). */
export interface JestReport {
  readonly testResults: readonly {
    /** Path of the test file. */
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly duration?: number | null;
    }[];
  }[];
}

/** Between the title of a promise and the reason why a target does not make it; the suite writes titles so. */
const byDesign = ' — not by design: ';

/**
 * Reads the results of one test file.
 * @param stem the file's name without `.int.test.ts`
 * @throws Error when the report holds no test of the file: it could not even be loaded
 */
export function readSuite({ testResults }: JestReport, stem: string): Suite {
  const tests = testResults.find(({ name }) => name.endsWith(`/${stem}.int.test.ts`))?.assertionResults ?? [];
  if (tests.length === 0) throw new Error(`no test of ${stem}.int.test.ts has run; jest says why above`);
  const results = tests.map(({ title, status, duration }): [string, Result] => {
    const [promise = title, reason] = title.split(byDesign);
    if (reason !== undefined) return [promise, { state: 'excepted', reason }];
    return [promise, status === 'passed' ? { state: 'kept', ms: duration ?? 0 } : { state: 'broken' }];
  });
  return { title: tests[0]?.ancestorTitles[0] ?? stem, results: new Map(results) };
}

/** Whether nothing was broken. */
export function allKept(suites: readonly Suite[]): boolean {
  return suites.every(({ results }) => [...results.values()].every(({ state }) => state !== 'broken'));
}
