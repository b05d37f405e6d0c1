import { POOL_COUNTER } from './demand.ts';
import type { Shortage } from './demand.ts';

/** One sentence on what is short, in numbers, and what to do about it. @param location as in `eastus` */
export function describeShortage(shortage: Shortage, location: string): string {
  if (shortage.counter === POOL_COUNTER) return describeCap(shortage);
  const { counter, displayName, needed, free, limit, limitNeeded } = shortage;
  const region = location.replaceAll(' ', '').toLowerCase();
  const what = displayName === counter || displayName === '' ? counter : `${counter} (${displayName})`;
  const lack = `needs ${needed} cores of ${what} in ${region}, ${free} of ${limit} are free`;
  const look = `az vm list-usage --location ${region} -o table`;
  if (limitNeeded <= limit) {
    return `${lack} by what is known while agent pools come and go; it starts by itself as soon as Azure's counters show enough; to see them: ${look}`;
  }
  return `${lack}; ask for a limit of at least ${limitNeeded} on the Quotas page of the Azure portal or with az quota update, or free cores; to see the usage: ${look}`;
}

function describeCap({ free, limit }: Shortage): string {
  return `the cluster has ${limit - free} of ${limit} agent pools, and AKS takes no more; delete some that are not needed, or use another cluster`;
}
