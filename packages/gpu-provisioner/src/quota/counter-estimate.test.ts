import * as fc from 'fast-check';
import { narrow, othersIn } from './counter-estimate.ts';

test('at rest a reading tells exactly what others use', () => {
  expect(othersIn(30, { certain: 12, possible: 12 })).toEqual({ low: 18, high: 18 });
});

test('machines that come or go leave it open by as much as they take', () => {
  expect(othersIn(30, { certain: 12, possible: 20 })).toEqual({ low: 10, high: 18 });
});

test('others never use less than nothing, though the counter lags behind ours', () => {
  expect(othersIn(5, { certain: 12, possible: 20 })).toEqual({ low: 0, high: 0 });
});

test.each([
  ['nothing was known', undefined, { low: 2, high: 9 }, { low: 2, high: 9 }],
  ['both overlap', { low: 0, high: 5 }, { low: 2, high: 9 }, { low: 2, high: 5 }],
  ['others use more now', { low: 0, high: 1 }, { low: 2, high: 9 }, { low: 2, high: 2 }],
  ['others use less now', { low: 10, high: 12 }, { low: 2, high: 9 }, { low: 9, high: 9 }],
])('what is known when %s', (_, known, seen, result) => {
  expect(narrow(known, seen)).toEqual(result);
});

test('the truth is never lost while others stand still, whatever part of ours each reading has', () => {
  const part = fc.record({
    certain: fc.nat(50),
    uncertain: fc.nat(50),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.nat(100), fc.array(part, { minLength: 1 }), (others, parts) => {
      const readings = parts.map(({ certain, uncertain, share }) =>
        othersIn(others + certain + Math.round(uncertain * share), { certain, possible: certain + uncertain }),
      );
      const [first, ...rest] = readings;
      const known = rest.reduce(narrow, narrow(undefined, first!));
      expect(known.low).toBeLessThanOrEqual(others);
      expect(known.high).toBeGreaterThanOrEqual(others);
    }),
  );
});
