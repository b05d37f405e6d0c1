import * as fc from 'fast-check';
import { GIB, isPositive, parseQuantity } from './quantity.ts';

test.each([
  ['50Gi', 50 * GIB],
  ['1.5Gi', 1.5 * GIB],
  ['512Mi', 512 * 1024 ** 2],
  ['1024Ki', 1024 ** 2],
  ['100G', 100e9],
  ['100k', 100_000],
  ['2e3', 2000],
  ['1E', 1e18],
  ['500m', 0.5],
  ['0', 0],
  ['.5', 0.5],
  ['-1Gi', -GIB],
  ['+3', 3],
  [7, 7],
])('%s is %d', (quantity, value) => {
  expect(parseQuantity(quantity)).toBeCloseTo(value, 6);
});

test.each(['', 'Gi', '1.2.3', '5 Gi', '1Gb', 'ten', '1e', '0x10'])('"%s" is no quantity', text => {
  expect(parseQuantity(text)).toBeUndefined();
});

test('whole GiB come back exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), gib => {
      expect(parseQuantity(`${gib}Gi`)).toBe(gib * GIB);
    }),
  );
});

test.each([
  ['1', true],
  ['100m', true],
  ['0', false],
  ['0Gi', false],
  [undefined, false],
  ['nonsense', false],
])('isPositive(%s) is %s', (quantity, expected) => {
  expect(isPositive(quantity)).toBe(expected);
});
