import type { CallOptions, Client } from '../client/client.ts';
import { isObject } from '../client/json.ts';
import type { JsonObject } from '../client/json.ts';
import type { KubeObject } from '../client/object.ts';
import type { Resource } from '../client/resource.ts';
import { mergePatch } from './merge-patch.ts';

/** The type of a kind's status. */
export type StatusOf<T> = T extends { readonly status?: infer S } ? NonNullable<S> : object;

/**
 * Makes `status` the object's status with a merge patch of what differs from `object`, which must be as it was read:
 * a newer version is a conflict. Without a difference nothing is sent and `object` is returned.
 * @throws ApiError; 409 when the object has changed since it was read.
 */
// oxlint-disable-next-line eslint/max-params -- the same order as every writing function
export async function patchStatus<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: NoInfer<T>,
  status: StatusOf<NoInfer<T>>,
  options: CallOptions = {},
): Promise<T> {
  const difference = mergePatch(statusOf(object), statusOf({ status }));
  if (!difference) return object;
  const { resourceVersion } = object.metadata;
  const patch = { metadata: { resourceVersion }, status: difference };
  return client.patch(resource, object.metadata, patch, { ...options, subresource: 'status' });
}

function statusOf(object: object): JsonObject {
  return 'status' in object && isObject(object.status) ? object.status : {};
}
