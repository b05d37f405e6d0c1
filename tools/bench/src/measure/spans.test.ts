import { uncovered } from './spans.ts';

const whole = { start: 100, end: 200 };

test.each([
  ['nothing else', [], 100],
  ['one inside', [{ start: 110, end: 150 }], 60],
  [
    'two that overlap, in any order',
    [
      { start: 140, end: 160 },
      { start: 110, end: 150 },
    ],
    50,
  ],
  [
    'one within another',
    [
      { start: 110, end: 190 },
      { start: 120, end: 130 },
    ],
    20,
  ],
  [
    'those that reach out on both sides',
    [
      { start: 50, end: 110 },
      { start: 180, end: 300 },
    ],
    70,
  ],
  ['one that is over before', [{ start: 0, end: 90 }], 100],
  ['one that covers all', [{ start: 0, end: 900 }], 0],
])('beside %s', (_, others, left) => {
  expect(uncovered(whole, others)).toBe(left);
});
