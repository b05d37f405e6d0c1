/** A VM size as far as a claim can ask for it. */
export interface InstanceType {
  readonly name: string;
  readonly gpus: number;
  /** CPU architecture in Kubernetes' words; undefined where Azure does not say. */
  readonly architecture: 'amd64' | 'arm64' | undefined;
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
