import { POOL_COUNTER, REGIONAL_COUNTER, SPOT_COUNTER } from './demand.ts';
import type { Demand } from './demand.ts';

/** Names a counter whatever its case: the usages API and the SKU list do not spell families alike. */
export type CounterKey = string;

/** How much of each counter something takes; a counter that is not there is not touched. */
export type Amounts = ReadonlyMap<CounterKey, number>;

/** The key of a counter's name. */
export function counterKey(name: string): CounterKey {
  return name.toLowerCase();
}

export const POOL_KEY = counterKey(POOL_COUNTER);

/** What a pool takes whose machines are counted elsewhere, or not known. */
export const poolAlone: Amounts = new Map([[POOL_KEY, 1]]);

/**
 * What a pool of `machines` such machines takes: a place among the agent pools, and cores. Spot machines count on their own
 * counter alone, the others on that of the location and of their family (Azure docs, vCPU quotas). The counters come in the order
 * in which a shortage is told. Numbers that are none take nothing.
 */
export function amountsOf({ vcpus, family, spot }: Demand, machines = 1): Amounts {
  const cores = vcpus * machines;
  if (!Number.isFinite(cores) || cores <= 0) return poolAlone;
  const names = spot ? [SPOT_COUNTER] : [family, REGIONAL_COUNTER];
  return new Map([...poolAlone, ...names.filter(Boolean).map(name => [counterKey(name), cores] as const)]);
}

export function sameAmounts(one: Amounts, other: Amounts): boolean {
  return one.size === other.size && [...one].every(([counter, amount]) => other.get(counter) === amount);
}

/** For each counter the larger of both. */
export function largerOf(one: Amounts, other: Amounts): Amounts {
  const counters = new Set([...one.keys(), ...other.keys()]);
  return new Map([...counters].map(key => [key, Math.max(one.get(key) ?? 0, other.get(key) ?? 0)]));
}
