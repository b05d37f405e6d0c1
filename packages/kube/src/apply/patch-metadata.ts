import { ApiError, isInvalid } from '../client/api-error.ts';
import type { CallOptions, Client } from '../client/client.ts';
import type { KubeObject, ObjectMeta } from '../client/object.ts';
import type { Resource } from '../client/resource.ts';
import { canonicalJson } from './canonical-json.ts';

type Change = Readonly<Record<string, string | null>>;

/** The metadata to write; what is absent stays as it is. */
export interface MetadataChange {
  /** Merged into the labels that there are; `null` removes one. */
  readonly labels?: Change | undefined;
  /** Merged into the annotations that there are; `null` removes one. */
  readonly annotations?: Change | undefined;
  /** The whole new list. */
  readonly finalizers?: ObjectMeta['finalizers'];
  /** The whole new list. */
  readonly ownerReferences?: ObjectMeta['ownerReferences'];
}

/**
 * Writes metadata by a merge patch of what differs from `object`. Lists are written under the resource version that was
 * read, because a merge patch replaces them; labels and annotations only under the uid, so that a node's heartbeats do
 * not get in the way. Without a difference nothing is sent and `object` is returned.
 * @throws ApiError; 409 when the object is another one or, with lists, has changed since it was read.
 */
// oxlint-disable-next-line eslint/max-params -- the same order as every writing function
export async function patchMetadata<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: NoInfer<T>,
  change: MetadataChange,
  options: CallOptions = {},
): Promise<T> {
  const { metadata } = object;
  const maps = {
    ...present('labels', changedEntries(metadata.labels, change.labels)),
    ...present('annotations', changedEntries(metadata.annotations, change.annotations)),
  };
  const lists = {
    ...present('finalizers', changedList(metadata.finalizers, change.finalizers)),
    ...present('ownerReferences', changedList(metadata.ownerReferences, change.ownerReferences)),
  };
  const hasLists = Object.keys(lists).length > 0;
  if (!hasLists && Object.keys(maps).length === 0) return object;
  const lock = hasLists ? present('resourceVersion', metadata.resourceVersion) : {};
  const patch = { metadata: { ...present('uid', metadata.uid), ...lock, ...maps, ...lists } };
  try {
    return await client.patch(resource, metadata, patch, options);
  } catch (error) {
    throw isOfAnother(error) ? conflictOf(error) : error;
  }
}

/** The API server takes another uid for an attempt to change it, which is invalid. */
function isOfAnother(error: unknown): error is ApiError {
  return isInvalid(error) && error.causes.some(({ field }) => field === 'metadata.uid');
}

function conflictOf(cause: ApiError): ApiError {
  const message = `${cause.message} (the object was replaced by another of the same name)`;
  return new ApiError({ code: 409, reason: 'Conflict', message, cause });
}

function present(name: string, value: unknown): object {
  return value === undefined ? {} : { [name]: value };
}

function changedEntries(current: ObjectMeta['labels'] = {}, change: Change = {}): Change | undefined {
  const changed = Object.entries(change).filter(([key, value]) => (current[key] ?? null) !== value);
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}

function changedList(current: readonly unknown[] = [], wanted?: readonly unknown[]): readonly unknown[] | undefined {
  return wanted === undefined || canonicalJson(current) === canonicalJson(wanted) ? undefined : wanted;
}
