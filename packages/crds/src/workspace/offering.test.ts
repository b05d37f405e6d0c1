import { deadlineMs } from './offering.ts';

test.each([
  ['20m', 20 * 60_000],
  ['1h30m', 90 * 60_000],
  ['90s', 90_000],
  ['2h', 7_200_000],
  ['1h0m30s', 3_630_000],
  ['1m', 60_000],
])('a deadline of %s', (deadline, ms) => {
  expect(deadlineMs(deadline)).toBe(ms);
});

test.each(['', '59s', '0m', '20', '-20m', '1m1h', '1.5h', '1d', ' 20m', '20m\n', 'soon'])(
  '%j is no deadline',
  deadline => {
    expect(deadlineMs(deadline)).toBeUndefined();
  },
);
