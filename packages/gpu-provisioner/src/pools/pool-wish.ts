import { annotations, GIB, parseQuantity, taintEffects } from '@kaito/crds';
import type { Taint } from '@kaito/crds';
import type { Claim } from '../claims/claim.ts';
import { Refused } from '../offerings/refusal.ts';
import type { Refusal } from '../offerings/refusal.ts';
import { readTags, TagsError } from './tags.ts';
import type { Tags } from './tags.ts';

/** What a claim asks of its pool, whatever machine it gets: checked, and in Azure's terms. */
export interface PoolWish {
  readonly osSku: 'Ubuntu' | 'AzureLinux';
  /** In GiB; undefined leaves the size to AKS. */
  readonly osDiskSizeGb: number | undefined;
  readonly taints: readonly Taint[];
  readonly tags: Tags;
  readonly vnetSubnetId: string | undefined;
  readonly podSubnetId: string | undefined;
  /** US dollars an hour that a spot machine may cost; -1: up to the on-demand price. */
  readonly spotMaxPrice: number;
}

/** What every pool gets unless its claim says otherwise. */
export interface PoolDefaults {
  readonly tags: Tags;
  readonly vnetSubnetId?: string | undefined;
  readonly podSubnetId?: string | undefined;
}

export type WishVerdict =
  | { readonly ok: true; readonly wish: PoolWish; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** The largest OS disk that AKS takes, in GiB (AKS docs, OS disk size). */
const MAX_DISK_GIB = 2048;
/** The smallest one (Azure CLI reference, `--node-osdisk-size`); a smaller wish is met by it. */
const MIN_DISK_GIB = 30;
/** Pay whatever spot costs, never more than on demand; evicted for capacity only (AKS docs, spot node pools). */
const UP_TO_ON_DEMAND = -1;
const IMAGE_FAMILIES: Readonly<Record<string, PoolWish['osSku']>> = { ubuntu: 'Ubuntu', azurelinux: 'AzureLinux' };
/** Resource id of a subnet (ARM, Microsoft.Network). */
const SUBNET_ID =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i;

/** Reads what a claim asks of its pool, or says what in it cannot be served. Pure: the same claim and defaults give the same verdict. */
export function wishOf(claim: Claim, defaults: PoolDefaults): WishVerdict {
  const warnings: string[] = [];
  try {
    // AKS takes no start-up taints on a pool; they are put on the node when it registers.
    checkedTaints(claim.startupTaints, 'spec.startupTaints');
    const wish: PoolWish = {
      osSku: imageFamily(claim, warnings),
      osDiskSizeGb: diskSize(claim),
      taints: checkedTaints(claim.taints, 'spec.taints'),
      tags: { ...defaults.tags, ...tagsOf(claim) },
      vnetSubnetId: subnet(claim, annotations.vnetSubnetId) ?? defaults.vnetSubnetId,
      podSubnetId: subnet(claim, annotations.podSubnetId) ?? defaults.podSubnetId,
      spotMaxPrice: spotMaxPrice(claim),
    };
    return { ok: true, wish, warnings };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

function imageFamily(claim: Claim, warnings: string[]): PoolWish['osSku'] {
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

function tagsOf(claim: Claim): Tags {
  try {
    return readTags(claim.annotations[annotations.azureTags]);
  } catch (error) {
    if (error instanceof TagsError) throw new Refused(`annotation ${annotations.azureTags}: ${error.message}`);
    throw error;
  }
}

function subnet(claim: Claim, annotation: string): string | undefined {
  const id = claim.annotations[annotation];
  if (id === undefined || SUBNET_ID.test(id)) return id;
  throw new Refused(
    `annotation ${annotation} is "${id}"; it must be the resource id of a subnet, /subscriptions/…/virtualNetworks/…/subnets/…`,
  );
}

/** Azure takes -1 and positive prices with up to five decimals (AKS docs, `--spot-max-price`). */
function spotMaxPrice(claim: Claim): number {
  const text = claim.annotations[annotations.spotMaxPrice];
  if (text === undefined) return UP_TO_ON_DEMAND;
  const price = /^(?:-1|\d+(?:\.\d{1,5})?)$/.test(text) ? Number(text) : 0;
  if (price !== 0) return price;
  throw new Refused(
    `annotation ${annotations.spotMaxPrice} is "${text}"; it must be a price in US dollars an hour such as 0.98765, or -1`,
  );
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
