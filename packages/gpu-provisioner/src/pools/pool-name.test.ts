import * as fc from 'fast-check';
import { slotOf } from './pool-name.ts';

const pool = (kind: 'Machine' | 'NodeClaim', name: string) => slotOf({ kind, name }).pool;

test.each(['a', 'ws1a2b3c4d5', 'abcdefghijkl'])('"%s" is a pool name as it is', name => {
  expect(pool('Machine', name)).toBe(name);
});

test.each(['abcdefghijklm', '1abc', 'my-claim', 'default-abc12', 'a.b'])('"%s" gets a derived pool name', name => {
  expect(pool('NodeClaim', name)).toMatch(/^k[0-9a-f]{11}$/);
});

test('a derived name depends on kind and name, and on nothing else', () => {
  expect(pool('NodeClaim', 'my-claim')).not.toBe(pool('Machine', 'my-claim'));
  // Changing how names are derived would lose the pools of claims that are there.
  expect(pool('NodeClaim', 'my-claim')).toBe('kdcd26f05316');
});

test('every name that Kubernetes takes gives a name that AKS takes', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9][-a-z0-9.]{0,60}[a-z0-9]$/), name => {
      expect(pool('Machine', name)).toMatch(/^[a-z][a-z0-9]{0,11}$/);
    }),
  );
});
