import { retryAfterInWords, retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-11-22T10:00:00Z');

function read(headers: Readonly<Record<string, string>>): number | undefined {
  return retryAfterMs(name => headers[name], now);
}

describe('retryAfterMs', () => {
  it.each([
    [{ 'retry-after': '90' }, 90_000],
    [{ 'retry-after': '3600' }, 3_600_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:01:30 GMT' }, 90_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '1500', 'retry-after': '90' }, 1_500],
    [{ 'x-ms-retry-after-ms': '2500', 'retry-after': '90' }, 2_500],
  ])('reads %j as %d ms', (headers, ms) => {
    expect(read(headers)).toBe(ms);
  });

  it.each([{}, { 'retry-after': 'soon' }, { 'retry-after': '' }])('takes %j as no wish', headers => {
    expect(read(headers)).toBeUndefined();
  });
});

describe('retryAfterInWords', () => {
  it.each([
    ['request limit has been exceeded for SubID=s, please retry again in 23 seconds.', 23_000],
    ["exceeded. Please try again after '17' seconds after additional tokens are available.", 17_000],
    ['Please try again in 5 minutes.', 300_000],
    ['try again after 1 hour', 3_600_000],
  ])('reads %j as %d ms', (words, ms) => {
    expect(retryAfterInWords(words)).toBe(ms);
  });

  it.each(['Please try again later.', 'try again in 99999999999999 seconds', 'in 5 seconds', ''])(
    'takes %j as no wish',
    words => {
      expect(retryAfterInWords(words)).toBeUndefined();
    },
  );
});
