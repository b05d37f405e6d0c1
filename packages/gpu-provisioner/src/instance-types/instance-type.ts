/** A VM size as it is sold in the location. */
export interface InstanceType {
  /** In Azure's spelling. */
  readonly name: string;
  /** The counter of Compute usages that its cores count on; empty where Azure does not say. */
  readonly family: string;
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly gpus: number;
  /** CPU architecture in Kubernetes' words; undefined where Azure does not say. */
  readonly architecture: 'amd64' | 'arm64' | undefined;
  /** Numbers of the zones that sell it to this subscription; empty: the location has none, or sells it only regionally. */
  readonly zones: readonly string[];
  readonly spotCapable: boolean;
}

/** What the location's list says about a name: the type, that there is none, or nothing because the list could not be read. */
export type InstanceTypeLookup =
  { readonly found: 'yes'; readonly type: InstanceType } | { readonly found: 'no' } | { readonly found: 'unread' };

/** Sizes of Azure's GPU family have an N first (Azure docs, VM naming conventions). Only for when the list could not be read. */
const GPU_FAMILY_NAME = /^Standard_N/i;

/** Whether machines of this type carry GPUs. */
export function hasGpus(name: string, lookup: InstanceTypeLookup): boolean {
  return lookup.found === 'yes' ? lookup.type.gpus > 0 : GPU_FAMILY_NAME.test(name);
}
