import { ServiceError } from '../http/service-error.ts';
import { TokenBucket } from './token-bucket.ts';

interface Budget {
  readonly header: string;
  readonly bucket: TokenBucket;
}

/** Buckets of one pool are forgotten when there are more than this and they are full. */
const MANY_POOLS = 200;

/**
 * How often one may ask. The headers count down as ARM's do, from the numbers seen in recordings of AKS. Refusing is a
 * setting; its buckets are those that AKS is publicly known to have: PUT agentPool 20, 1 a minute, per pool; operation
 * status 200, 2 a second; everything else 60, 1 a second, per subscription.
 */
export class RequestLimits {
  readonly #reads: Budget;
  readonly #writes: Budget;
  readonly #deletes: readonly Budget[];
  readonly #operations: TokenBucket;
  readonly #others: TokenBucket;
  readonly #puts = new Map<string, TokenBucket>();
  readonly #subscriptionId: string;

  constructor(subscriptionId: string, now: number) {
    const budget = (header: string, capacity: number, perSecond: number): Budget => ({
      header: `x-ms-ratelimit-remaining-subscription-${header}`,
      bucket: new TokenBucket({ capacity, perSecond }, now),
    });
    this.#subscriptionId = subscriptionId;
    this.#reads = budget('global-reads', 16_500, 275);
    this.#writes = budget('writes', 1200, 20);
    this.#deletes = [budget('deletes', 800, 13), budget('global-deletes', 12_000, 200)];
    this.#operations = new TokenBucket({ capacity: 200, perSecond: 2 }, now);
    this.#others = new TokenBucket({ capacity: 60, perSecond: 1 }, now);
  }

  /** Counts a request and returns the headers that tell its caller what is left. */
  headers(method: string, now: number): Record<string, string> {
    const budgets = this.#budgets(method);
    for (const { bucket } of budgets) bucket.take(now);
    return Object.fromEntries(budgets.map(({ header, bucket }) => [header, String(bucket.remaining)]));
  }

  /** @throws ServiceError 429 with Retry-After when the bucket of this kind of request is empty. */
  enforce(request: { method: string; route: string; pool: string | undefined }, now: number): void {
    const bucket = this.#bucket(request, now);
    if (bucket.take(now)) return;
    const seconds = bucket.secondsToNext;
    const handler = `${request.route}.${request.method}`;
    throw new ServiceError('flat', 429, {
      code: 'Throttled',
      message: `The ${handler} request limit has been exceeded for SubID=${this.#subscriptionId}, please retry again in ${seconds} seconds.`,
      headers: { 'retry-after': String(seconds) },
    });
  }

  #budgets(method: string): readonly Budget[] {
    if (method === 'GET' || method === 'HEAD') return [this.#reads];
    return method === 'DELETE' ? this.#deletes : [this.#writes];
  }

  #bucket(
    { method, route, pool = '' }: { method: string; route: string; pool: string | undefined },
    now: number,
  ): TokenBucket {
    if (route === 'operations' || route === 'operationresults') return this.#operations;
    if (route !== 'agentPools' || method !== 'PUT') return this.#others;
    const bucket = this.#puts.get(pool) ?? new TokenBucket({ capacity: 20, perSecond: 1 / 60 }, now);
    this.#puts.set(pool, bucket);
    if (this.#puts.size > MANY_POOLS) this.#forgetFull(now);
    return bucket;
  }

  #forgetFull(now: number): void {
    for (const [pool, bucket] of this.#puts) if (bucket.isFull(now)) this.#puts.delete(pool);
  }
}
