import type { Method, RateLimit, RouteName, Settings } from '../admin/protocol.ts';
import { ServiceError } from '../http/service-error.ts';
import { TokenBucket } from './token-bucket.ts';

interface Budget {
  readonly header: string;
  readonly bucket: TokenBucket;
}

export interface LimitedRequest {
  readonly method: Method;
  readonly route: RouteName;
  readonly pool: string | undefined;
}

interface Limiter {
  readonly limit: RateLimit;
  readonly bucket: TokenBucket;
}

type LimitSettings = Pick<Settings, 'throttling' | 'subscriptionThrottling' | 'rateLimits'>;

/** Buckets are forgotten when there are more than this and they are full. */
const MANY = 200;
const WRITES = 'PUT agentPools';

/** AKS docs, "AKS resource provider throttling limits": per agent pool, and per subscription. */
const AKS_LIMITS = {
  write: { capacity: 20, perSecond: 1 / 60 },
  operation: { capacity: 200, perSecond: 2 },
  other: { capacity: 60, perSecond: 1 },
} as const satisfies Record<string, RateLimit>;

/** Azure docs, "Understand how Azure Resource Manager throttles requests": token buckets of a subscription. */
const ARM_LIMITS = {
  read: { capacity: 250, perSecond: 25 },
  write: { capacity: 200, perSecond: 10 },
  delete: { capacity: 200, perSecond: 10 },
} as const satisfies Record<string, RateLimit>;

/**
 * How often one may ask. The headers count down as ARM's do, from the numbers seen in recordings of AKS. Refusing is a
 * matter of settings: ARM's buckets of the subscription, those of AKS, and buckets of single APIs.
 */
export class RequestLimits {
  readonly #reads: Budget;
  readonly #writes: Budget;
  readonly #deletes: readonly Budget[];
  readonly #limiters = new Map<string, Limiter>();
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
  }

  /** Counts a request and returns the headers that tell its caller what is left. */
  headers(method: string, now: number): Record<string, string> {
    const budgets = this.#budgets(method);
    for (const { bucket } of budgets) bucket.take(now);
    return Object.fromEntries(budgets.map(({ header, bucket }) => [header, String(bucket.remaining)]));
  }

  /** @throws ServiceError 429 with Retry-After when a bucket that the settings ask for is empty. */
  enforce(request: LimitedRequest, now: number, settings: LimitSettings): void {
    if (settings.subscriptionThrottling) this.#enforceArm(request, now);
    const operation = `${request.method} ${request.route}`;
    const limit = settings.rateLimits[operation];
    if (limit === undefined && !settings.throttling) return;
    const limiter = limit
      ? this.#limiter(`${operation}${poolKey(request)}`, limit, now)
      : this.#limiter(...aksBucket(request), now);
    if (limiter.bucket.take(now)) return;
    const seconds = retryAfterSeconds(limiter);
    throw new ServiceError('flat', 429, {
      code: 'Throttled',
      message: `The ${request.route}.${request.method} request limit has been exceeded for SubID=${this.#subscriptionId}, please retry again in ${seconds} seconds.`,
      headers: { 'retry-after': String(seconds) },
    });
  }

  #enforceArm({ method }: LimitedRequest, now: number): void {
    const kind = armKind(method);
    const limiter = this.#limiter(`subscription ${kind}`, ARM_LIMITS[kind], now);
    if (limiter.bucket.take(now)) return;
    const seconds = retryAfterSeconds(limiter);
    throw new ServiceError('nested', 429, {
      code: 'SubscriptionRequestsThrottled',
      message: `Number of '${kind}' requests for subscription '${this.#subscriptionId}' exceeded. Please try again after '${seconds}' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`,
      headers: { 'retry-after': String(seconds), [`x-ms-ratelimit-remaining-subscription-${kind}s`]: '0' },
    });
  }

  #budgets(method: string): readonly Budget[] {
    if (method === 'GET' || method === 'HEAD') return [this.#reads];
    return method === 'DELETE' ? this.#deletes : [this.#writes];
  }

  /** The bucket of that name; a new, full one when its limit has been changed. */
  #limiter(name: string, limit: RateLimit, now: number): Limiter {
    const known = this.#limiters.get(name);
    if (known?.limit === limit) return known;
    const limiter = { limit, bucket: new TokenBucket(limit, now) };
    this.#limiters.set(name, limiter);
    if (this.#limiters.size > MANY) this.#forgetFull(name, now);
    return limiter;
  }

  #forgetFull(but: string, now: number): void {
    for (const [name, { bucket }] of this.#limiters) {
      if (name !== but && bucket.isFull(now)) this.#limiters.delete(name);
    }
  }
}

/** Writes on agent pools are counted for each pool by itself. */
function poolKey({ method, route, pool = '' }: LimitedRequest): string {
  return `${method} ${route}` === WRITES ? `/${pool}` : '';
}

function aksBucket(request: LimitedRequest): [name: string, limit: RateLimit] {
  if (request.route === 'operations' || request.route === 'operationresults')
    return ['operation', AKS_LIMITS.operation];
  const key = poolKey(request);
  return key === '' ? ['other', AKS_LIMITS.other] : [`write${key}`, AKS_LIMITS.write];
}

function armKind(method: Method): keyof typeof ARM_LIMITS {
  if (method === 'GET' || method === 'LIST' || method === 'HEAD') return 'read';
  return method === 'DELETE' ? 'delete' : 'write';
}

function retryAfterSeconds({ limit, bucket }: Limiter): number {
  return limit.retryAfterSeconds ?? bucket.secondsToNext;
}
