import { labels } from '@kaito/crds';
import type { Requirement } from '@kaito/crds';
import type { Claim } from '../claims/claim.ts';
import { constrain } from '../claims/requirements.ts';
import type { Constraint } from '../claims/requirements.ts';
import { attributeOf, GPU_COUNT, GPU_MANUFACTURER, GPU_NAME, sizeAttributes } from '../instance-types/attributes.ts';
import { unreadInstanceType } from '../instance-types/instance-type.ts';
import type { InstanceType } from '../instance-types/instance-type.ts';
import type { InstanceTypeCatalogue } from '../instance-types/instance-type-catalogue.ts';
import { machineNeeds } from './machine-needs.ts';
import type { MachineNeeds } from './machine-needs.ts';
import { Refused } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** The list of the location, as far as a ladder looks into it. */
export type InstanceTypes = Pick<InstanceTypeCatalogue, 'location' | 'read' | 'lookup' | 'all'>;

/** A size that was named but cannot serve. */
export interface Dropped {
  readonly name: string;
  /** Follows the name in a sentence: `is not offered in eastus`. */
  readonly why: string;
  /** Whose doing it is: the claim's own words, or what Azure sells. */
  readonly reason: Refusal['reason'];
}

/** The types that may serve a claim, the most wanted first; undefined: they are to be chosen from a list that was not read yet. */
export interface Candidates {
  readonly types: readonly InstanceType[] | undefined;
  readonly dropped: readonly Dropped[];
}

/** What the claim says about machines, read once. */
interface Wish {
  readonly names: readonly Constraint[];
  readonly attributes: readonly { readonly key: string; readonly terms: Constraint }[];
  readonly needs: MachineNeeds;
}

/** More GPUs than any machine has. */
const MANY_GPUS = 64;
const ofGpus: readonly string[] = [GPU_NAME, GPU_MANUFACTURER];

/**
 * The types that a claim may get. `In` terms are a ladder in the order written: all of it that may serve. Without one the
 * types are chosen by what the other terms admit, only machines with GPUs unless the terms rule GPUs out, the smallest first.
 * @throws Refused when the claim wishes for nothing in particular, or for what cannot be
 */
export function candidatesFor(claim: Claim, instanceTypes: InstanceTypes): Candidates {
  const wish = readWish(claim);
  const [names] = wish.names.filter(({ named }) => named);
  if (names) return namedTypes(names, wish, instanceTypes);
  const chooses = wish.names.length > 0 || wish.attributes.some(({ key }) => sizeAttributes.includes(key));
  if (!chooses) throw unnamed('there is none');
  if (!instanceTypes.read) return { types: undefined, dropped: [] };
  const withGpus = !excludesGpus(claim.requirements);
  const types = instanceTypes.all().filter(type => (type.gpus ?? 0) > 0 === withGpus && suits(type, wish));
  return { types: types.toSorted(bySize), dropped: [] };
}

function readWish({ requirements, requests }: Claim): Wish {
  const names = [labels.instanceType, labels.azureSkuName].map(key => constrain(requirements, key, lowerCase));
  const attributes = [...sizeAttributes, labels.arch].map(key => ({ key, terms: constrain(requirements, key) }));
  return {
    names: names.filter(({ constrained }) => constrained),
    attributes: attributes.filter(({ terms }) => terms.constrained),
    needs: machineNeeds(requests),
  };
}

/** Azure's names do not depend on case. */
function lowerCase(name: string): string {
  return name.toLowerCase();
}

function namedTypes(names: Constraint, wish: Wish, instanceTypes: InstanceTypes): Candidates {
  const listed = names.listed.filter(name => wish.names.every(({ admits }) => admits(name)));
  if (listed.length === 0) throw unnamed('the terms on it leave no value');
  const types: InstanceType[] = [];
  const dropped: Dropped[] = [];
  for (const name of listed) {
    const lookup = instanceTypes.lookup(name);
    if (lookup.found === 'no') {
      dropped.push({
        name,
        why: `is ${lookup.why ?? `not offered in ${instanceTypes.location}`}`,
        reason: 'SKUNotAvailable',
      });
      continue;
    }
    const type = lookup.found === 'yes' ? lookup.type : unreadInstanceType(name);
    const why = excludedBy(type, wish) ?? wish.needs(type);
    if (why === undefined) types.push(type);
    else dropped.push({ name: type.name, why, reason: 'InvalidSpec' });
  }
  return { types, dropped };
}

/** Which term a type that was named is known to break; what is not known about it breaks none. */
function excludedBy(type: InstanceType, { attributes }: Wish): string | undefined {
  for (const { key, terms } of attributes) {
    const attribute = attributeOf(type, key);
    if (attribute === 'unknown') continue;
    if (attribute === 'absent' && !terms.admits(undefined)) return `has no ${key}, which is required`;
    if (attribute !== 'absent' && !terms.admits(attribute.value)) {
      return `has ${key} ${attribute.value}, which the terms on it exclude`;
    }
  }
  return undefined;
}

/** Whether a type that nobody named is known to meet every term: what is not known is no reason to spend money. */
function suits(type: InstanceType, { names, attributes, needs }: Wish): boolean {
  const meets = ({ key, terms }: Wish['attributes'][number]): boolean => {
    const attribute = attributeOf(type, key);
    return attribute !== 'unknown' && terms.admits(attribute === 'absent' ? undefined : attribute.value);
  };
  return names.every(({ admits }) => admits(type.name)) && attributes.every(meets) && needs(type) === undefined;
}

/** Whether the terms leave no machine with GPUs over. */
function excludesGpus(requirements: readonly Requirement[]): boolean {
  if (requirements.some(({ key, operator }) => ofGpus.includes(key) && operator === 'DoesNotExist')) return true;
  const counts = constrain(requirements, GPU_COUNT);
  const anyCount = Array.from({ length: MANY_GPUS }, (_, index) => String(index + 1)).some(counts.admits);
  return !anyCount || !constrain(requirements, labels.machineType).admits('gpu');
}

/** Nobody says what a machine costs, so what it has stands for that; the name makes the order the same every time. */
function bySize(a: InstanceType, b: InstanceType): number {
  return (
    (a.gpus ?? 0) - (b.gpus ?? 0) ||
    a.vcpus - b.vcpus ||
    a.memoryGiB - b.memoryGiB ||
    (a.name < b.name ? -1 : Number(a.name > b.name))
  );
}

function unnamed(why: string): Refused {
  return new Refused(
    `spec.requirements must name an instance type, such as {key: ${labels.instanceType}, operator: In, values: [Standard_NC24ads_A100_v4]}; ${why}`,
  );
}
