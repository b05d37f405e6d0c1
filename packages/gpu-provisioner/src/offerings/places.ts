import { labels } from '@kaito/crds';
import type { Requirement } from '@kaito/crds';
import { constrain } from '../claims/requirements.ts';
import type { Constraint } from '../claims/requirements.ts';
import { AZURE_DOMAIN } from '../instance-types/attributes.ts';
import { LOCATION_ZONES } from '../instance-types/instance-type.ts';
import { Refused } from './refusal.ts';

/** `zonal` or `regional`: whether a machine is pinned to a zone (Azure/karpenter-provider-azure, pkg/apis/v1beta1/labels.go). */
export const PLACEMENT_SCOPE = `${AZURE_DOMAIN}placement-scope`;

/**
 * Where a claim may run: numbers of zones, the most wanted first; undefined where AKS is to choose, which finds capacity where
 * pinning a zone does not. Zones come as `<location>-<number>`, as AKS labels its nodes, or as the bare number.
 * @param known the numbers of the zones that sizes of the location are sold in
 * @throws Refused when the terms leave no place, or name a zone that the location does not have
 */
export function placesFor(
  requirements: readonly Requirement[],
  location: string,
  known: Iterable<string>,
): readonly string[] | undefined {
  if (!constrain(requirements, labels.region).admits(location)) {
    throw new Refused(`spec.requirements on ${labels.region} exclude ${location}, the location of the cluster`);
  }
  const scope = constrain(requirements, PLACEMENT_SCOPE);
  const zones = [...new Set([...LOCATION_ZONES, ...known])].toSorted();
  const wanted = wantedZones(requirements, location, zones);
  if (wanted === undefined && scope.admits('regional')) return undefined;
  if (!scope.admits('zonal')) {
    throw new Refused(
      `spec.requirements on ${PLACEMENT_SCOPE} leave neither zonal nor regional machines that the terms on ${labels.zone} allow`,
    );
  }
  return wanted ?? zones;
}

/** The zones that are asked for; undefined when all are as good as each other. */
function wantedZones(
  requirements: readonly Requirement[],
  location: string,
  zones: readonly string[],
): readonly string[] | undefined {
  const prefix = `${location}-`;
  const numberOf = (zone: string): string => (zone.startsWith(prefix) ? zone.slice(prefix.length) : zone);
  const wish = constrain(requirements, labels.zone, numberOf);
  const wanted = wish.named ? wish.listed.map(numberOf) : zones.filter(wish.admits);
  check(wish, wanted, { zones, prefix });
  return !wish.named && wanted.length === zones.length ? undefined : wanted;
}

function check(
  { named }: Constraint,
  wanted: readonly string[],
  { zones, prefix }: { readonly zones: readonly string[]; readonly prefix: string },
): void {
  const unknown = wanted.filter(zone => !zones.includes(zone));
  if (wanted.length > 0 && unknown.length === 0) return;
  const what = unknown.length > 0 && named ? `${unknown.slice(0, 5).join(', ')} is no zone there` : 'no zone is left';
  const there = zones.map(zone => prefix + zone).join(', ');
  throw new Refused(`spec.requirements on ${labels.zone}: ${what}; there are ${there}`);
}
