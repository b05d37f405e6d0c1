import { parseDuration } from './duration.ts';

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['720h', 2_592_000_000],
  ['1h30m10s', 5_410_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([undefined, 'Never', '', '10', 'h', '5 m', '1d'])('%s is no duration', text => {
  expect(parseDuration(text)).toBeUndefined();
});
