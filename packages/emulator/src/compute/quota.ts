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

/** vCPUs in use, kept as pools come and go, so that no request has to add them up. */
export class Quota {
  readonly #used = new Map<string, number>();
  readonly #limits: () => Readonly<Record<string, number>>;
  readonly #location: string;

  /** @param limits overrides by usage name; read on every request. */
  constructor(limits: () => Readonly<Record<string, number>>, location: string) {
    this.#limits = limits;
    this.#location = location;
  }

  used(name: string): number {
    return this.#used.get(name) ?? 0;
  }

  limit(name: string): number {
    return this.#limits()[name] ?? DEFAULT_LIMITS[name] ?? DEFAULT_FAMILY_LIMIT;
  }

  /** What is in use, without what is zero. */
  get inUse(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#used].filter(([, used]) => used > 0));
  }

  /** @throws ServiceError ErrCode_InsufficientVCPUQuota, flat 400, as AKS words its check before it makes machines. */
  check({ size, machines, spot }: Demand): void {
    const requested = size.vcpus * machines;
    if (requested <= 0) return;
    const left = (name: string): number => this.limit(name) - this.used(name);
    if (!spot && left(REGIONAL) < requested) {
      throw insufficient(
        `Insufficient regional vcpu quota left for location ${this.#location}. left regional vcpu quota ${left(REGIONAL)}, requested quota ${requested}. If you want to increase the quota, please follow this instruction: https://aka.ms/aks/vcpu-quota.`,
      );
    }
    const family = spot ? SPOT : size.family;
    if (left(family) < requested) {
      throw insufficient(
        `Insufficient vcpu quota requested ${requested}, remaining ${left(family)} for family ${family} for region ${this.#location}. Surge nodes would also consume vcpu quota.`,
      );
    }
  }

  /** Counts machines; negative numbers give them back. */
  add({ size, machines, spot }: Demand): void {
    for (const name of spot ? [SPOT] : [REGIONAL, size.family]) {
      this.#used.set(name, this.used(name) + size.vcpus * machines);
    }
  }
}

function insufficient(message: string): ServiceError {
  return new ServiceError('flat', 400, { code: 'ErrCode_InsufficientVCPUQuota', message });
}
