import { jest } from '@jest/globals';
import { nodeClaims } from '@kaito/crds';
import { useStack } from '@kaito/testing';
import { WorkspaceBench } from '../workspace-bench.test-data.ts';
import { promises } from './promises.test-data.ts';
import type { Target } from './target.test-data.ts';

/** Marks, in the title of a skipped test, what follows as the reason; the page of results is made from it. */
const byDesign = ' — not by design: ';

/** Declares the tests of one target: every promise, on a stack of its own. Call it where tests are declared. */
export function conform(target: Target): void {
  jest.setTimeout(150_000);
  // oxlint-disable-next-line jest/valid-title -- of the list of targets
  describe(target.title, () => {
    const stack = useStack(target.stack);
    const bench = new WorkspaceBench(stack);

    beforeAll(async () => {
      // There from the beginning, so that everybody has had the time to touch it.
      await stack().client.create(nodeClaims, target.foreign);
    });

    for (const { id, title, check } of promises) {
      const reason = target.exceptions[id];
      // oxlint-disable-next-line jest/expect-expect, jest/valid-title -- the check expects; the title is of the list
      if (reason === undefined) test(title, () => check({ target, stack: stack(), bench }));
      // oxlint-disable-next-line jest/no-disabled-tests, jest/expect-expect -- shown with its reason
      else test.skip(`${title}${byDesign}${reason}`, () => undefined);
    }
  });
}
