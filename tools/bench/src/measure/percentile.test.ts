import { percentile } from './percentile.ts';

test.each([
  [[3], 0.5, 3],
  [[1, 2, 3, 4], 0.5, 2],
  [[4, 3, 2, 1], 1, 4],
  [[10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 0.9, 90],
])('of %j at %d is %d', (values, share, expected) => {
  expect(percentile(values, share)).toBe(expected);
});

test('of nothing is refused', () => {
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});
