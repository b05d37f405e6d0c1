import { jest } from '@jest/globals';
import { nodeClaims, type NodeClaim } from '@kaito/crds';
import { useStack } from '@kaito/testing';
import { WorkspaceBench } from '../workspace-bench.test-data.ts';
import { promises } from './promises.test-data.ts';
import type { Target } from './target.test-data.ts';

/** Marks, in the title of a skipped test, what follows as the reason; the page of results is made from it. */
const byDesign = ' — not by design: ';

/** Declares the tests of one target: every promise, on a stack of its own. Call it where tests are declared. */
export function conform(target: Target): void {
  jest.setTimeout(90_000);
  describe(target.title, () => {
    const stack = useStack(target.stack);
    const bench = new WorkspaceBench(stack);

    beforeAll(async () => {
      // There from the beginning, so that everybody has had the time to touch it.
      await stack().client.create(nodeClaims, target.foreign as NodeClaim);
    });

    for (const { id, title, check } of promises) {
      const reason = target.exceptions[id];
      if (reason === undefined) test(title, () => check({ target, stack: stack(), bench }));
      else test.skip(`${title}${byDesign}${reason}`, () => undefined);
    }
  });
}
