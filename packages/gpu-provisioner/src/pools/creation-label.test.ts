import { creationLabel, creationTimeOf } from './creation-label.ts';

const MS = Date.UTC(2026, 6, 28, 10, 0, 5);

test('a time is a legal label value, to the second and in UTC', () => {
  expect(creationLabel(MS + 999)).toBe('2026-07-28T10-00-05Z');
  expect(creationLabel(MS)).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
});

test('and is read back', () => {
  expect(creationTimeOf(creationLabel(MS))).toBe(MS);
});

test.each([undefined, '', 'yesterday', '2026-07-28T10:00:05Z', '2026-13-41T10-00-05Z', 'x2026-07-28T10-00-05Z'])(
  '%s is no time',
  text => {
    expect(creationTimeOf(text)).toBeUndefined();
  },
);
