/** Numbers of the availability zones of a location; it has all of them or none (Azure docs, availability zones). */
export const LOCATION_ZONES: readonly string[] = ['1', '2', '3'];

/** A VM size as it is sold in the location. */
export interface InstanceType {
  /** In Azure's spelling. */
  readonly name: string;
  /** The counter of Compute usages that its cores count on; empty where Azure does not say. */
  readonly family: string;
  /** 0 where it is not known. */
  readonly vcpus: number;
  /** 0 where it is not known. */
  readonly memoryGiB: number;
  /** 0: a machine without GPUs. undefined: not known, because only the name was there to go by. */
  readonly gpus: number | undefined;
  /** CPU architecture in Kubernetes' words; undefined where Azure does not say. */
  readonly architecture: 'amd64' | 'arm64' | undefined;
  /** Numbers of the zones that sell it to this subscription; empty: the location has none, or sells it only regionally. */
  readonly zones: readonly string[];
  readonly spotCapable: boolean;
}

/**
 * What is known about a name: the type; that it cannot be had, and why, such as `not offered in eastus`; or nothing,
 * because the list could not be read: then the name passes and Azure has the last word.
 */
export type InstanceTypeLookup =
  | { readonly found: 'yes'; readonly type: InstanceType }
  | { readonly found: 'no'; readonly why?: string }
  | { readonly found: 'unread' };

/** A type of which only the name is known. It limits nothing: what does not exist, Azure refuses. */
export function unreadInstanceType(name: string): InstanceType {
  const unknown = { family: '', vcpus: 0, memoryGiB: 0, gpus: undefined, architecture: undefined };
  return { name, ...unknown, zones: LOCATION_ZONES, spotCapable: true };
}
