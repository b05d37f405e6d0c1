import { annotations, labels, taintEffects } from '@kaito/crds';
import type { Taint } from '@kaito/crds';
import type { Claim } from '../../claims/claim.ts';
import { GIB, parseQuantity } from '../../claims/quantity.ts';
import { constrain } from '../../claims/requirements.ts';
import type { PoolRequest } from '../../pools/pool-body.ts';
import { hasGpus } from '../../instance-types/instance-type.ts';
import type { InstanceTypeLookup } from '../../instance-types/instance-type.ts';

/** Why a claim cannot be served as it is written. */
export interface Refusal {
  readonly reason: 'InvalidSpec' | 'SKUNotAvailable';
  readonly message: string;
}

export type RequestVerdict =
  | { readonly ok: true; readonly request: PoolRequest; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** What a claim's wish is held against. */
export interface Offer {
  readonly location: string;
  lookup(instanceType: string): InstanceTypeLookup;
}

/** The largest OS disk that AKS takes, in GiB (AKS docs, OS disk size). */
const MAX_DISK_GIB = 2048;
/** The smallest one (Azure CLI reference, `--node-osdisk-size`); a smaller wish is met by it. */
const MIN_DISK_GIB = 30;
/** A location has three availability zones or none (Azure docs, availability zones). */
const ZONES = ['1', '2', '3'];
const IMAGE_FAMILIES: Readonly<Record<string, PoolRequest['osSku']>> = { ubuntu: 'Ubuntu', azurelinux: 'AzureLinux' };

/** A wish that cannot be met; caught in `requestOf`, which makes the verdict of it. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(message: string, reason: Refusal['reason'] = 'InvalidSpec') {
    super(message);
    this.refusal = { reason, message };
  }
}

/** Turns a claim into a request for a pool, or says what in it cannot be served. Pure: the same claim and offer give the same verdict. */
export function requestOf(claim: Claim, offer: Offer): RequestVerdict {
  const warnings: string[] = [];
  try {
    // AKS takes no start-up taints on a pool; they are put on the node when it registers.
    checkedTaints(claim.startupTaints, 'spec.startupTaints');
    const vmSize = instanceType(claim, offer);
    platform(claim, offer.lookup(vmSize));
    const request: PoolRequest = {
      vmSize,
      gpu: hasGpus(vmSize, offer.lookup(vmSize)),
      spot: isSpot(claim),
      osSku: imageFamily(claim, warnings),
      osDiskSizeGb: diskSize(claim),
      zones: zones(claim, offer.location),
      taints: checkedTaints(claim.taints, 'spec.taints'),
    };
    return { ok: true, request, warnings };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

/** The first listed instance type that every term admits and the location has. */
function instanceType(claim: Claim, offer: Offer): string {
  const sizes = constrain(claim.requirements, labels.instanceType);
  const skuNames = constrain(claim.requirements, labels.azureSkuName);
  const listed = (sizes.listed.length > 0 ? sizes : skuNames).listed;
  const candidates = listed.filter(name => sizes.admits(name) && skuNames.admits(name));
  if (candidates.length === 0) {
    const why = sizes.constrained ? 'the terms on it leave no value' : 'there is none';
    throw new Refused(
      `spec.requirements must name an instance type, such as {key: ${labels.instanceType}, operator: In, values: [Standard_NC24ads_A100_v4]}; ${why}`,
    );
  }
  const offered = candidates.find(name => offer.lookup(name).found !== 'no');
  if (offered === undefined) {
    throw new Refused(
      `instance type ${candidates.join(', ')} is not offered to this subscription in ${offer.location}; see: az vm list-skus --location ${offer.location}`,
      'SKUNotAvailable',
    );
  }
  return offered;
}

function platform(claim: Claim, lookup: InstanceTypeLookup): void {
  if (!constrain(claim.requirements, labels.os).admits('linux')) {
    throw new Refused(`spec.requirements on ${labels.os} exclude linux, the only operating system that is provisioned`);
  }
  const architecture = lookup.found === 'yes' ? lookup.type.architecture : undefined;
  if (architecture && !constrain(claim.requirements, labels.arch).admits(architecture)) {
    throw new Refused(
      `spec.requirements on ${labels.arch} exclude ${architecture}, the architecture of the instance type`,
    );
  }
}

/** Spot when it is the first capacity type listed; on-demand when nothing is said. */
function isSpot(claim: Claim): boolean {
  const types = constrain(claim.requirements, labels.capacityType);
  const candidates = types.listed.length > 0 ? types.listed : ['on-demand', 'spot'].filter(type => types.admits(type));
  const choice = candidates.find(type => type === 'spot' || type === 'on-demand');
  if (choice === undefined) {
    throw new Refused(`spec.requirements on ${labels.capacityType} must allow on-demand or spot`);
  }
  return choice === 'spot';
}

function imageFamily(claim: Claim, warnings: string[]): PoolRequest['osSku'] {
  const wish = claim.annotations[annotations.nodeImageFamily];
  if (wish === undefined) return 'Ubuntu';
  const family = IMAGE_FAMILIES[wish.toLowerCase()];
  if (family === undefined) {
    warnings.push(
      `annotation ${annotations.nodeImageFamily} is "${wish}"; known are ubuntu and azurelinux; using ubuntu`,
    );
  }
  return family ?? 'Ubuntu';
}

/** The larger of the requests for storage, rounded up to whole GiB. */
function diskSize(claim: Claim): number | undefined {
  const bytes = Math.max(storageBytes(claim, 'storage'), storageBytes(claim, 'ephemeral-storage'));
  if (bytes === 0) return undefined;
  const gib = Math.ceil(bytes / GIB);
  if (gib > MAX_DISK_GIB) {
    throw new Refused(`spec.resources.requests asks for a disk of ${gib} GiB; AKS takes at most ${MAX_DISK_GIB} GiB`);
  }
  return Math.max(gib, MIN_DISK_GIB);
}

function storageBytes(claim: Claim, resource: 'storage' | 'ephemeral-storage'): number {
  const wish = claim.requests[resource];
  const bytes = wish === undefined ? 0 : parseQuantity(wish);
  if (bytes === undefined || bytes < 0) {
    throw new Refused(`spec.resources.requests.${resource} is "${wish}"; it must be a size such as 100Gi, or 0`);
  }
  return bytes;
}

/** Zones come as `<location>-<number>`, as AKS labels its nodes, or as the bare number. AKS chooses where all are as good. */
function zones(claim: Claim, location: string): readonly string[] {
  const wish = constrain(claim.requirements, labels.zone);
  const known = ZONES.map(number => `${location}-${number}`);
  const allowed = wish.listed.length > 0 ? wish.listed : known.filter(zone => wish.admits(zone));
  const numbers = allowed.map(zone => (zone.startsWith(`${location}-`) ? zone.slice(location.length + 1) : zone));
  const unknown = numbers.filter(number => !ZONES.includes(number));
  if (numbers.length === 0 || unknown.length > 0) {
    const what = unknown.length > 0 ? `zone ${unknown.join(', ')} is none of ${location}` : 'no zone is left';
    throw new Refused(`spec.requirements on ${labels.zone}: ${what}; there are ${known.join(', ')}`);
  }
  return wish.listed.length === 0 && numbers.length === ZONES.length ? [] : numbers;
}

function checkedTaints(taints: readonly Taint[], field: string): readonly Taint[] {
  const wrong = taints.find(({ key, effect }) => !key || !taintEffects.some(known => known === effect));
  if (wrong) {
    throw new Refused(
      `${field} has {key: "${wrong.key}", effect: "${wrong.effect}"}; it needs a key and one of ${taintEffects.join(', ')}`,
    );
  }
  return taints;
}
