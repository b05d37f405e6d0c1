import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import TestSequencer from '@jest/test-sequencer';
import { cacheDir } from '../local-stack/src/binaries/settings.ts';

/** Milliseconds that each test file has taken, by its path in the repository: other checkouts of this machine know them too. */
const FILE = join(cacheDir(), 'test-durations.json');

/**
 * Starts the longest test files first, so that no worker is left with a long one at the end, and those that failed before all others.
 * jest does the same with what it remembers of one folder. A file that nobody has run counts as longer than all others,
 * and one that needs a stack as longer than one that does not.
 */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const durations = readDurations();
    const of = new Map(tests.map(test => [test, durations[nameOf(test)] ?? guess(test)]));
    return tests.toSorted(
      (a, b) =>
        Number(this.hasFailed(b)) - Number(this.hasFailed(a)) || of.get(b) - of.get(a) || compare(a.path, b.path),
    );
  }

  cacheResults(tests, results) {
    super.cacheResults(tests, results);
    const byPath = new Map(tests.map(test => [test.path, test]));
    const measured = results.testResults.flatMap(({ testFilePath, skipped, testExecError, perfStats }) => {
      const test = byPath.get(testFilePath);
      return test && !skipped && !testExecError ? [[nameOf(test), perfStats.end - perfStats.start]] : [];
    });
    writeDurations({ ...readDurations(), ...Object.fromEntries(measured) });
  }
}

function nameOf({ path, context }) {
  return relative(context.config.rootDir, path);
}

/** More than any file takes. */
function guess({ path, context }) {
  const kind = path.endsWith('.int.test.ts') ? 2e9 : 1e9;
  return kind + (context.hasteFS.getSize(path) ?? 0);
}

function compare(a, b) {
  return a < b ? -1 : 1;
}

function readDurations() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'));
  } catch {
    return {}; // Nobody has measured yet, or the file cannot be read: only the order depends on it.
  }
}

function writeDurations(durations) {
  try {
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(`${FILE}.${process.pid}`, JSON.stringify(durations));
    renameSync(`${FILE}.${process.pid}`, FILE);
  } catch (error) {
    console.warn(`how long the tests took is not kept in ${FILE}: ${error.message}`);
  }
}
