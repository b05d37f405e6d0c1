import { FakeClock } from '@kaito/testing';
import { RecreationBackoff } from './recreation-backoff.ts';

const key = 'default/a';

describe('RecreationBackoff', () => {
  it('lets a claim be created and replaced once without delay, then slows down to five minutes', async () => {
    const clock = new FakeClock();
    const backoff = new RecreationBackoff(clock);
    const delays: number[] = [];
    for (let creation = 0; creation < 14; creation++) {
      const delay = backoff.delayMs(key, 'ws1');
      delays.push(delay);
      await clock.advance(delay);
      backoff.created(key, 'ws1');
    }
    expect(delays).toEqual([
      0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000,
    ]);
  });

  it('counts the pause from the last creation', async () => {
    const clock = new FakeClock();
    const backoff = new RecreationBackoff(clock);
    for (let creation = 0; creation < 3; creation++) backoff.created(key, 'ws1');
    await clock.advance(1500);
    expect(backoff.delayMs(key, 'ws1')).toBe(500);
  });

  it('forgives a claim that lived for long, and a workspace that is gone', async () => {
    const clock = new FakeClock();
    const backoff = new RecreationBackoff(clock);
    for (let creation = 0; creation < 9; creation++) {
      backoff.created(key, 'ws1');
      backoff.created('default/b', 'ws1');
    }
    backoff.forget('default/b');
    expect(backoff.delayMs('default/b', 'ws1')).toBe(0);
    await clock.advance(10 * 60_000);
    backoff.created(key, 'ws1');
    expect(backoff.delayMs(key, 'ws1')).toBe(0);
  });
});
