import { FakeClock } from '@kaito/testing';
import { RecreationBackoff } from './recreation-backoff.ts';

describe('RecreationBackoff', () => {
  it('lets a claim be created and replaced once without delay, then slows down to five minutes', async () => {
    const clock = new FakeClock();
    const backoff = new RecreationBackoff(clock);
    const delays: number[] = [];
    for (let creation = 0; creation < 14; creation++) {
      const delay = backoff.delayMs('ws1');
      delays.push(delay);
      await clock.advance(delay);
      backoff.created('ws1');
    }
    expect(delays).toEqual([
      0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000,
    ]);
  });

  it('counts the pause from the last creation', async () => {
    const clock = new FakeClock();
    const backoff = new RecreationBackoff(clock);
    for (let creation = 0; creation < 3; creation++) backoff.created('ws1');
    await clock.advance(1500);
    expect(backoff.delayMs('ws1')).toBe(500);
  });

  it('forgives a claim that lived for long, and one that is no longer wanted', async () => {
    const clock = new FakeClock();
    const backoff = new RecreationBackoff(clock);
    for (let creation = 0; creation < 9; creation++) {
      backoff.created('ws1');
      backoff.created('ws2');
    }
    backoff.forget(['ws2']);
    expect(backoff.delayMs('ws2')).toBe(0);
    await clock.advance(10 * 60_000);
    backoff.created('ws1');
    expect(backoff.delayMs('ws1')).toBe(0);
  });
});
