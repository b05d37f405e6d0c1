import type { ClusterIdentity, Settings } from '../admin/protocol.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import { checkSubscription } from '../arm/scope.ts';
import { invalidFilter } from '../arm/errors.ts';
import { USAGE_NAMES } from './quota.ts';
import type { Quota } from './quota.ts';
import { renderSku } from './sku.ts';
import { VM_SIZES } from './vm-sizes.ts';

export interface ComputeOptions {
  readonly cluster: ClusterIdentity;
  readonly quota: Quota;
  readonly settings: () => Settings;
}

/** Microsoft.Compute: the SKU list and the usages that quota is read from. */
export function computeRoutes({ cluster, quota, settings }: ComputeOptions): readonly Route[] {
  return [
    {
      area: 'azure',
      method: 'LIST',
      name: 'skus',
      path: '/subscriptions/:subscription/providers/Microsoft.Compute/skus',
      handle: (call, params) => {
        checkSubscription(params, cluster);
        return listSkus(call, cluster.location, settings());
      },
    },
    {
      area: 'azure',
      method: 'LIST',
      name: 'usages',
      path: '/subscriptions/:subscription/providers/Microsoft.Compute/locations/:location/usages',
      handle: (_call, params) => {
        checkSubscription(params, cluster);
        const here = params['location']?.toLowerCase() === cluster.location.toLowerCase();
        const used = here ? quota.usedBefore(settings().usageLagMs) : () => 0;
        return {
          status: 200,
          body: { value: USAGE_NAMES.map(name => renderUsage(name, quota.limit(name), used(name))) },
        };
      },
    },
  ];
}

function listSkus(call: Call, location: string, { restrictedSizes, restrictedZones }: Settings): Reply {
  const filter = call.query.get('$filter');
  // The only filter that the API documents is on the location.
  const wanted = filter === null ? location : /^\s*location eq '([^']*)'\s*$/i.exec(filter)?.[1];
  if (wanted === undefined) throw invalidFilter(filter ?? '');
  const here = wanted.toLowerCase() === location.toLowerCase();
  const sizes = here ? VM_SIZES : [];
  const value = sizes.map(size =>
    renderSku(size, location, restrictedSizes.includes(size.name) ? 'everywhere' : (restrictedZones[size.name] ?? [])),
  );
  return { status: 200, body: { value } };
}

/** A location other than the cluster's has the same limits, unused. */
function renderUsage(name: string, limit: number, currentValue: number): object {
  return { unit: 'Count', currentValue, limit, name: { value: name, localizedValue: localized(name) } };
}

function localized(name: string): string {
  if (name === 'cores') return 'Total Regional vCPUs';
  if (name === 'lowPriorityCores') return 'Total Regional Low-priority vCPUs';
  const series = name.replace(/^standard\s*/i, '').replace(/\s*family$/i, '');
  return `Standard ${series} Family vCPUs`;
}
