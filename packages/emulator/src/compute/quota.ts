import { ServiceError } from '../http/service-error.ts';
import { FAMILIES } from './vm-sizes.ts';
import type { VmSize } from './vm-sizes.ts';

/** All vCPUs of a region, as the usages API names them. */
export const REGIONAL = 'cores';
/** All vCPUs of spot machines; they count neither as regional nor in a family. */
export const SPOT = 'lowPriorityCores';

/** Every limit that can be set, in the order of the usages API. */
export const USAGE_NAMES: readonly string[] = [REGIONAL, SPOT, ...FAMILIES];

/** High enough for any test that is not about quota. */
const DEFAULT_LIMITS: Readonly<Record<string, number>> = { [REGIONAL]: 1_000_000, [SPOT]: 1_000_000 };
const DEFAULT_FAMILY_LIMIT = 100_000;

/** The usage name that is spelled like `name` in any case. */
export function usageName(name: string): string | undefined {
  return USAGE_NAMES.find(known => known.toLowerCase() === name.toLowerCase());
}

export interface Demand {
  readonly size: VmSize;
  readonly machines: number;
  readonly spot: boolean;
}

/** How far back the usages API can lag, in milliseconds. */
export const MAX_USAGE_LAG_MS = 3_600_000;

interface Change {
  readonly at: number;
  readonly name: string;
  readonly vcpus: number;
}

export interface QuotaOptions {
  /** Overrides by usage name; read on every request. */
  readonly limits: () => Readonly<Record<string, number>>;
  readonly location: string;
  readonly now: () => number;
}

/** vCPUs in use, kept as pools come and go, so that no request has to add them up. */
export class Quota {
  readonly #used = new Map<string, number>();
  readonly #options: QuotaOptions;
  /** Of the last hour, oldest first: what a counter that lags has not seen yet. */
  #changes: Change[] = [];

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  used(name: string): number {
    return this.#used.get(name) ?? 0;
  }

  /** What was in use `lagMs` ago, for every name at once. */
  usedBefore(lagMs: number): (name: string) => number {
    const since = this.#options.now() - lagMs;
    const unseen = new Map<string, number>();
    for (const { at, name, vcpus } of lagMs > 0 ? this.#changes : []) {
      if (at > since) unseen.set(name, (unseen.get(name) ?? 0) + vcpus);
    }
    return name => this.used(name) - (unseen.get(name) ?? 0);
  }

  limit(name: string): number {
    return this.#options.limits()[name] ?? DEFAULT_LIMITS[name] ?? DEFAULT_FAMILY_LIMIT;
  }

  /** What is in use, without what is zero. */
  get inUse(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#used].filter(([, used]) => used > 0));
  }

  /** @throws ServiceError ErrCode_InsufficientVCPUQuota, flat 400, as AKS words its check before it makes machines. */
  check({ size, machines, spot }: Demand): void {
    const requested = size.vcpus * machines;
    if (requested <= 0) return;
    const { location } = this.#options;
    const left = (name: string): number => this.limit(name) - this.used(name);
    if (!spot && left(REGIONAL) < requested) {
      throw insufficient(
        `Insufficient regional vcpu quota left for location ${location}. left regional vcpu quota ${left(REGIONAL)}, requested quota ${requested}. If you want to increase the quota, please follow this instruction: https://aka.ms/aks/vcpu-quota.`,
      );
    }
    const family = spot ? SPOT : size.family;
    if (left(family) < requested) {
      throw insufficient(insufficientQuotaMessage({ family, location, requested, remaining: left(family) }));
    }
  }

  /** Counts machines; negative numbers give them back. */
  add({ size, machines, spot }: Demand): void {
    const at = this.#options.now();
    const vcpus = size.vcpus * machines;
    if (vcpus === 0) return;
    for (const name of spot ? [SPOT] : [REGIONAL, size.family]) {
      this.#used.set(name, this.used(name) + vcpus);
      this.#changes.push({ at, name, vcpus });
    }
    this.#forget(at - MAX_USAGE_LAG_MS);
  }

  /** Drops what is older than any lag, when that is half of the list, so that a long run costs no copy per request. */
  #forget(horizon: number): void {
    const middle = this.#changes[this.#changes.length >> 1];
    if (middle && middle.at < horizon) this.#changes = this.#changes.filter(({ at }) => at >= horizon);
  }
}

/** How AKS words a shortage that it finds before it makes machines. */
export function insufficientQuotaMessage(shortage: {
  readonly family: string;
  readonly location: string;
  readonly requested: number;
  readonly remaining: number;
}): string {
  const { family, location, requested, remaining } = shortage;
  return `Insufficient vcpu quota requested ${requested}, remaining ${remaining} for family ${family} for region ${location}. Surge nodes would also consume vcpu quota.`;
}

function insufficient(message: string): ServiceError {
  return new ServiceError('flat', 400, { code: 'ErrCode_InsufficientVCPUQuota', message });
}
