import { writeSync } from 'node:fs';

/** Prints `N passed, N failed` as the very last line of a run, for CI. A test file that cannot even load counts as one failure. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.on('exit', () => writeSync(1, `${results.numPassedTests} passed, ${failed} failed\n`));
  }
}
