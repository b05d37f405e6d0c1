import * as fc from 'fast-check';
import { compareVersions } from './resource-version.ts';

test('orders like the integers that they are, of any size', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 80n }), fc.bigInt({ min: 0n, max: 2n ** 80n }), (a, b) => {
      const expected = a === b ? 0 : a < b ? -1 : 1;
      expect(Math.sign(compareVersions(String(a), String(b)) ?? Number.NaN)).toBe(expected);
    }),
  );
});

test.each([
  [undefined, '1'],
  ['1', undefined],
  ['', '1'],
  ['v1', 'v2'],
  ['01', '1'],
])('%j and %j cannot be compared', (a, b) => {
  expect(compareVersions(a, b)).toBeUndefined();
});
