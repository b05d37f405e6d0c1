import { labels } from '@kaito/crds';
import type { Requirement } from '@kaito/crds';
import type { Claim } from '../claims/claim.ts';
import { constrain } from '../claims/requirements.ts';
import { AZURE_DOMAIN, sizeAttributes } from '../instance-types/attributes.ts';
import type { InstanceType } from '../instance-types/instance-type.ts';
import { candidatesFor } from './candidates.ts';
import type { Dropped, InstanceTypes } from './candidates.ts';
import type { CapacityType, Offering } from './offering.ts';
import { PLACEMENT_SCOPE, placesFor } from './places.ts';
import { Refused } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** What may serve a claim, the most wanted first: types in the claim's order, of each the capacity types, of these the zones. */
export type Ladder =
  | { readonly ok: true; readonly rungs: readonly Offering[]; readonly dropped: readonly Dropped[] }
  | { readonly ok: false; readonly refusal: Refusal }
  /** The claim leaves the choice to us, and the list to choose from could not be read yet. */
  | { readonly ok: false; readonly refusal: undefined; readonly waitingFor: string };

/** The most rungs of a ladder: nobody reads more, and each may cost a request to Azure. */
export const MAX_RUNGS = 60;

/** Terms on other keys of the provider's domain would be ignored in silence. */
const UNDERSTOOD: ReadonlySet<string> = new Set([labels.azureSkuName, PLACEMENT_SCOPE, ...sizeAttributes]);
const LISTED_IN_MESSAGE = 8;

/**
 * The rungs that a claim may climb, or why there is none. Pure: the same claim and list give the same ladder, and every rung
 * meets every term as far as it is known. Never throws.
 */
export function ladderOf(claim: Claim, instanceTypes: InstanceTypes): Ladder {
  try {
    return build(claim, instanceTypes);
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

function build(claim: Claim, instanceTypes: InstanceTypes): Ladder {
  const { requirements } = claim;
  // 'East US' and 'eastus' are the same place; labels have the second form.
  const location = instanceTypes.location.replaceAll(' ', '').toLowerCase();
  checkUnderstood(requirements);
  const capacityTypes = capacityTypesFor(requirements);
  const { types, dropped } = candidatesFor(claim, instanceTypes);
  const zones = placesFor(
    requirements,
    location,
    instanceTypes.all().flatMap(type => type.zones),
  );
  if (types === undefined) {
    return {
      ok: false,
      refusal: undefined,
      waitingFor: `the list of instance types of ${location} could not be read yet`,
    };
  }
  const climbed = types.map(type => ({ type, rungs: rungsOf(type, capacityTypes, zones) }));
  const all = climbed.flatMap(({ rungs }) => rungs);
  const rungs = all.slice(0, MAX_RUNGS);
  const unplaced = climbed.filter(found => found.rungs.length === 0);
  const without = [
    ...dropped,
    ...unplaced.map(({ type }) => ({ name: type.name, ...whyUnplaced(type, capacityTypes, zones) })),
    ...beyond(all.slice(MAX_RUNGS)),
  ];
  if (rungs.length === 0) throw noRung(without, location);
  return { ok: true, rungs, dropped: without };
}

function rungsOf(
  type: InstanceType,
  capacityTypes: readonly CapacityType[],
  zones: readonly (string | undefined)[] = [undefined],
): readonly Offering[] {
  const places = zones.filter(zone => zone === undefined || type.zones.includes(zone));
  return capacityTypes
    .filter(capacityType => capacityType === 'on-demand' || type.spotCapable)
    .flatMap(capacityType => places.map(zone => ({ type, capacityType, zone })));
}

/**
 * On-demand when nothing is said: a spot machine may vanish at any time, so it must be asked for. In the order of an `In` term;
 * where both are allowed without an order, on-demand first. Values that are neither, such as `reserved`, are ignored beside others.
 */
function capacityTypesFor(requirements: readonly Requirement[]): readonly CapacityType[] {
  const wish = constrain(requirements, labels.capacityType);
  if (!wish.constrained) return ['on-demand'];
  const candidates = wish.named ? wish.listed : ['on-demand', 'spot'].filter(wish.admits);
  const known = candidates.filter(type => type === 'on-demand' || type === 'spot');
  if (known.length === 0) {
    throw new Refused(`spec.requirements on ${labels.capacityType} must allow on-demand or spot`);
  }
  return known;
}

function checkUnderstood(requirements: readonly Requirement[]): void {
  if (!constrain(requirements, labels.os).admits('linux')) {
    throw new Refused(`spec.requirements on ${labels.os} exclude linux, the only operating system that is provisioned`);
  }
  for (const { key } of requirements) {
    const understood = !key.startsWith(AZURE_DOMAIN) || UNDERSTOOD.has(key);
    if (understood || constrain(requirements, key).admits(undefined)) continue;
    throw new Refused(
      `spec.requirements has a term on ${key}, which is not supported; supported are ${[...UNDERSTOOD].join(', ')}`,
    );
  }
}

function whyUnplaced(
  type: InstanceType,
  capacityTypes: readonly CapacityType[],
  zones: readonly string[] = [],
): Omit<Dropped, 'name'> {
  const reason = 'SKUNotAvailable';
  if (!type.spotCapable && !capacityTypes.includes('on-demand')) return { why: 'is not sold as spot', reason };
  const sold = type.zones.length > 0 ? `only in ${type.zones.join(', ')}` : 'only where Azure chooses the zone';
  return { why: `is not sold in zone ${zones.join(', ')}, ${sold}`, reason };
}

function beyond(rungs: readonly Offering[]): readonly Dropped[] {
  const names = [...new Set(rungs.map(({ type }) => type.name))];
  return names.map(name => ({ name, why: `has rungs after the first ${MAX_RUNGS}`, reason: 'InvalidSpec' }));
}

function noRung(dropped: readonly Dropped[], location: string): Refused {
  const look = `see: az vm list-skus --location ${location} --resource-type virtualMachines --all --output table`;
  if (dropped.length === 0) {
    const what = 'meets all terms of spec.requirements and spec.resources.requests';
    return new Refused(`no instance type that is offered in ${location} ${what}; ${look}`, 'SKUNotAvailable');
  }
  const lines = dropped.slice(0, LISTED_IN_MESSAGE).map(({ name, why }) => `${name.slice(0, 80)} ${why}`);
  const more = dropped.length > LISTED_IN_MESSAGE ? [`${dropped.length - LISTED_IN_MESSAGE} more`] : [];
  const sold = dropped.some(({ reason }) => reason === 'SKUNotAvailable');
  return new Refused(
    `no instance type can serve: ${[...lines, ...more].join('; ')}; ${sold ? look : 'correct spec.requirements or spec.resources.requests'}`,
    sold ? 'SKUNotAvailable' : 'InvalidSpec',
  );
}
