import { refusal } from '../testing/refusal.ts';
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

const off = { throttling: false, subscriptionThrottling: false, rateLimits: {} };
const aks = { ...off, throttling: true };

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
    const put = (pool: string) => () => limits.enforce({ method: 'PUT', route: 'agentPools', pool }, 0, aks);
    for (let i = 0; i < 20; i += 1) put('a')();
    expect(put('a')).toThrow('please retry again in 60 seconds');
    expect(put('b')).not.toThrow();
    const list = (): void => limits.enforce({ method: 'LIST', route: 'agentPools', pool: undefined }, 0, aks);
    for (let i = 0; i < 60; i += 1) list();
    expect(list).toThrow('please retry again in 1 seconds');
  });

  it('of a single API come from the settings, whatever the rest does, and start full when they are changed', () => {
    const limits = new RequestLimits('s', 0);
    const usages = { method: 'LIST', route: 'usages', pool: undefined } as const;
    const one = { ...off, rateLimits: { 'LIST usages': { capacity: 1, perSecond: 0.1, retryAfterSeconds: 90 } } };
    limits.enforce(usages, 0, one);
    expect(refusal(() => limits.enforce(usages, 0, one))).toMatchObject({
      status: 429,
      code: 'Throttled',
      headers: { 'retry-after': '90' },
    });
    limits.enforce({ ...usages, route: 'skus' }, 0, one);
    limits.enforce(usages, 10_000, one);
    limits.enforce(usages, 10_000, { ...off, rateLimits: { 'LIST usages': { capacity: 1, perSecond: 0 } } });
    expect(() => limits.enforce(usages, 10_000, off)).not.toThrow();
  });

  it('of a bucket that gets nothing back say a day', () => {
    const limits = new RequestLimits('s', 0);
    const closed = { ...off, rateLimits: { 'PUT agentPools': { capacity: 0, perSecond: 0 } } };
    const put = { method: 'PUT', route: 'agentPools', pool: 'a' } as const;
    expect(refusal(() => limits.enforce(put, 0, closed)).headers).toEqual({ 'retry-after': '86400' });
  });

  it("of ARM hold for the subscription's reads, writes and deletes by themselves, in ARM's shape", () => {
    const limits = new RequestLimits('s', 0);
    const arm = { ...off, subscriptionThrottling: true };
    const times = { LIST: 250, PUT: 200, DELETE: 200 } as const;
    for (const [method, kind] of [
      ['LIST', 'read'],
      ['PUT', 'write'],
      ['DELETE', 'delete'],
    ] as const) {
      const send = (): void => limits.enforce({ method, route: 'agentPools', pool: undefined }, 0, arm);
      for (let i = 0; i < times[method]; i += 1) send();
      const { shape, code, headers } = refusal(send);
      expect([shape, code]).toEqual(['nested', 'SubscriptionRequestsThrottled']);
      expect(headers).toMatchObject({
        'retry-after': '1',
        [`x-ms-ratelimit-remaining-subscription-${kind}s`]: '0',
      });
    }
    limits.enforce({ method: 'GET', route: 'operations', pool: undefined }, 40, arm);
  });
});
