import { ignoreNotFound } from '../client/api-error.ts';
import type { CallOptions, Client } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import type { Resource } from '../client/resource.ts';
import { patchMetadata } from './patch-metadata.ts';

/**
 * Adds the finalizer unless it is there, under the version that was read.
 * Undefined when the object is gone or being deleted: no finalizer can be added any more.
 * @throws ApiError; 409 when the object has changed since it was read.
 */
// oxlint-disable-next-line eslint/max-params -- the same order as every writing function
export async function ensureFinalizer<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: NoInfer<T>,
  finalizer: string,
  options: CallOptions = {},
): Promise<T | undefined> {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  if (finalizers.includes(finalizer)) return object;
  if (deletionTimestamp) return undefined;
  const change = { finalizers: [...finalizers, finalizer] };
  return ignoreNotFound(patchMetadata(client, resource, object, change, options));
}

/**
 * Removes the finalizer if it is there, under the version that was read.
 * Undefined when the object is gone.
 * @throws ApiError; 409 when the object has changed since it was read.
 */
// oxlint-disable-next-line eslint/max-params -- the same order as every writing function
export async function removeFinalizer<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: NoInfer<T>,
  finalizer: string,
  options: CallOptions = {},
): Promise<T | undefined> {
  const { finalizers = [] } = object.metadata;
  if (!finalizers.includes(finalizer)) return object;
  const change = { finalizers: finalizers.filter(other => other !== finalizer) };
  return ignoreNotFound(patchMetadata(client, resource, object, change, options));
}

/**
 * Whether an object that is gone went although the finalizer was on it. The API server lets that happen when a deletion and the patch that
 * adds the finalizer meet: both succeed (kubernetes/kubernetes#77988).
 * The object is to be as it was last seen: one that goes in good order is seen on its way out before it is seen to be gone.
 */
export function slippedPast({ metadata }: KubeObject, finalizer: string): boolean {
  const { deletionTimestamp, finalizers = [] } = metadata;
  return deletionTimestamp === undefined && finalizers.includes(finalizer);
}
