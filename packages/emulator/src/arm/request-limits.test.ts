import { RequestLimits } from './request-limits.ts';
import { TokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  it('gives what it holds and gets it back with time', () => {
    const bucket = new TokenBucket({ capacity: 2, perSecond: 0.5 }, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([true, true, false]);
    expect(bucket.secondsToNext).toBe(2);
    expect([bucket.take(1999), bucket.take(2000), bucket.take(2000)]).toEqual([false, true, false]);
    expect([bucket.isFull(5000), bucket.isFull(6000)]).toEqual([false, true]);
  });

  it('does not lose tokens when the clock goes back', () => {
    const bucket = new TokenBucket({ capacity: 1, perSecond: 1 }, 1000);
    bucket.take(1000);
    expect([bucket.take(500), bucket.take(2000)]).toEqual([false, true]);
  });
});

describe('request limits', () => {
  it('count down by kind of request', () => {
    const limits = new RequestLimits('s', 0);
    expect(limits.headers('PUT', 0)).toEqual({ 'x-ms-ratelimit-remaining-subscription-writes': '1199' });
    expect(limits.headers('PUT', 0)).toEqual({ 'x-ms-ratelimit-remaining-subscription-writes': '1198' });
    expect(limits.headers('GET', 0)).toEqual({ 'x-ms-ratelimit-remaining-subscription-global-reads': '16499' });
    expect(limits.headers('DELETE', 0)).toEqual({
      'x-ms-ratelimit-remaining-subscription-deletes': '799',
      'x-ms-ratelimit-remaining-subscription-global-deletes': '11999',
    });
  });

  it('hold for PUT per pool and for the rest per subscription', () => {
    const limits = new RequestLimits('s', 0);
    const put = (pool: string) => () => limits.enforce({ method: 'PUT', route: 'agentPools', pool }, 0);
    for (let i = 0; i < 20; i += 1) put('a')();
    expect(put('a')).toThrow('please retry again in 60 seconds');
    expect(put('b')).not.toThrow();
    const list = (): void => limits.enforce({ method: 'GET', route: 'agentPools', pool: undefined }, 0);
    for (let i = 0; i < 60; i += 1) list();
    expect(list).toThrow('please retry again in 1 seconds');
  });
});
