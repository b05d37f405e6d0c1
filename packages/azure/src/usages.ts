import type { ComputeManagementClient } from '@azure/arm-compute';
import type { CallOptions } from './agent-pools.ts';
import type { Calls } from './calls.ts';
import { normaliseLocation } from './location.ts';

/** One counter of the subscription in a region. */
export interface Usage {
  /** `cores` for all of the region, `lowPriorityCores` for spot, else a VM family; its case is not that of the SKU list. */
  readonly name: string;
  readonly displayName: string;
  readonly used: number;
  readonly limit: number;
}

export interface Usages {
  /** Reads the vCPU counters of a region. All pages or an error. */
  list(location: string, options?: CallOptions): Promise<readonly Usage[]>;
}

/** Usages over ARM. */
export function createUsages(calls: Calls, client: ComputeManagementClient): Usages {
  return {
    list: async (location, { signal } = {}) => {
      const region = normaliseLocation(location);
      const { value } = await calls.run('usages.list', signal, async () => {
        const usages: Usage[] = [];
        for await (const { name, currentValue, limit } of client.usage.list(region)) {
          usages.push({
            name: name.value ?? '',
            displayName: name.localizedValue ?? name.value ?? '',
            used: currentValue,
            limit,
          });
        }
        return usages;
      });
      return value;
    },
  };
}
