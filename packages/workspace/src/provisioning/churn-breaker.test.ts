import { FakeClock } from '@kaito/testing';
import { aPooledClaim, small, time } from './builders.test-data.ts';
import { ChurnBreaker } from './churn-breaker.ts';

const key = 'default/a';
const minute = 60_000;
const size = { instanceType: small, capacityType: 'on-demand' } as const;
const pending = (name: string) => aPooledClaim(name, { obstacle: { reason: 'LaunchFailed', message: 'no capacity' } });

function churn(breaker: ChurnBreaker, times: number, from = 0): void {
  for (let round = from; round < from + times; round++) breaker.observe(key, size, [pending(`c${round}`)]);
  breaker.observe(key, size, []);
}

describe('ChurnBreaker', () => {
  it('opens after five claims in a row that were gone before they launched, with the last words', () => {
    const breaker = new ChurnBreaker(new FakeClock(Date.parse(time)));
    churn(breaker, 4);
    expect(breaker.open(key)).toBeUndefined();
    churn(breaker, 1, 4);
    expect(breaker.open(key)).toEqual({
      size,
      waitMs: 5 * minute,
      until: '2026-01-01T00:05:00Z',
      vanished: 5,
      lastWords: 'no capacity',
    });
  });

  it('tries again after a pause, and one failure then opens it for twice as long, up to an hour', async () => {
    const clock = new FakeClock();
    const breaker = new ChurnBreaker(clock);
    churn(breaker, 5);
    const pauses: number[] = [];
    for (let round = 5; round < 11; round++) {
      const waitMs = breaker.open(key)?.waitMs ?? 0;
      pauses.push(waitMs / minute);
      await clock.advance(waitMs);
      expect(breaker.open(key)).toBeUndefined();
      churn(breaker, 1, round);
    }
    expect(pauses).toEqual([5, 10, 20, 40, 60, 60]);
  });

  it('forgives everything once a claim launches, but not because another one launched long ago', () => {
    const breaker = new ChurnBreaker(new FakeClock());
    const old = aPooledClaim('old', { launchedAt: time });
    for (let round = 0; round < 6; round++) breaker.observe(key, size, [old, pending(`c${round}`)]);
    expect(breaker.open(key)?.vanished).toBe(5);
    breaker.observe(key, size, [old, aPooledClaim('c6', { launchedAt: time })]);
    expect(breaker.open(key)).toBeUndefined();
  });

  it('does not count claims that we let go of, other workspaces, or another size', () => {
    const breaker = new ChurnBreaker(new FakeClock());
    const claims = ['a', 'b', 'c', 'd', 'e'].map(pending);
    breaker.observe(key, size, claims);
    breaker.forgive(
      key,
      claims.map(({ uid }) => uid),
    );
    breaker.observe(key, size, []);
    expect(breaker.open(key)).toBeUndefined();
    breaker.observe(key, size, claims);
    breaker.observe('default/b', size, []);
    breaker.observe(key, { ...size, capacityType: 'spot' }, []);
    expect(breaker.open(key)).toBeUndefined();
  });

  it('counts a claim that is seen once more while it is being deleted', () => {
    const breaker = new ChurnBreaker(new FakeClock());
    const claims = ['a', 'b', 'c', 'd', 'e'].map(pending);
    breaker.observe(key, size, claims);
    breaker.observe(
      key,
      size,
      claims.map(claim => ({ ...claim, deleting: true })),
    );
    expect(breaker.open(key)).toBeUndefined();
    breaker.observe(key, size, []);
    expect(breaker.open(key)?.vanished).toBe(5);
    breaker.forget(key);
    expect(breaker.open(key)).toBeUndefined();
  });
});
