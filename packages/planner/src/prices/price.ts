import type { PriceTable } from '../plan/plan-input.ts';
import type { CapacityType } from '../plan/plan.ts';

/**
 * US dollars an hour for a number of nodes of a size, to the hundredth of a cent.
 *
 * @returns undefined when the table has no price for it
 */
export function pricePerHour(
  prices: PriceTable | undefined,
  { instanceType, capacityType }: { readonly instanceType: string; readonly capacityType: CapacityType },
  nodes: number,
): number | undefined {
  const entry = prices && Object.hasOwn(prices.hourly, instanceType) ? prices.hourly[instanceType] : undefined;
  const each = capacityType === 'spot' ? entry?.spot : entry?.onDemand;
  return each === undefined ? undefined : Math.round(each * nodes * 10_000) / 10_000;
}
