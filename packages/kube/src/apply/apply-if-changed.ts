import { createHash } from 'node:crypto';
import type { Informer } from '../cache/informer.ts';
import type { CallOptions, Client } from '../client/client.ts';
import { keyOf } from '../client/object.ts';
import type { KubeObject } from '../client/object.ts';
import type { Resource } from '../client/resource.ts';
import { canonicalJson } from './canonical-json.ts';
import { contains } from './contains.ts';

/**
 * Holds the hash of what was applied last. The live object holds defaults and other people's fields as well, so only
 * this tells that a field is no longer wanted.
 */
export const APPLIED_HASH_ANNOTATION = 'kaito.sh/applied-hash';

export interface ApplyIfChangedOptions extends CallOptions {
  /** The owner of the fields, one for each controller. */
  readonly fieldManager: string;
}

/** The object as the server has it now, and whether a request was sent for it. */
export interface Applied<T> {
  readonly object: T;
  readonly changed: boolean;
}

/**
 * Server-side apply of `desired`, taking over fields from other managers, unless the cached object shows that there is
 * nothing to do; that costs no request. `desired` must hold all fields that this manager wants, and no others.
 * @throws ApiError of the request; a conflict (409) means that the object is being replaced: reconcile again.
 */
// oxlint-disable-next-line eslint/max-params -- the same order as every writing function, with the cache to compare with
export async function applyIfChanged<T extends KubeObject>(
  client: Client,
  informer: Pick<Informer<T>, 'get'>,
  resource: Resource<T>,
  desired: NoInfer<T>,
  options: ApplyIfChangedOptions,
): Promise<Applied<T>> {
  const hash = hashOf(desired);
  const live = informer.get(keyOf(desired));
  if (live && live.metadata.annotations?.[APPLIED_HASH_ANNOTATION] === hash && contains(live, desired)) {
    return { object: live, changed: false };
  }
  const annotations = { ...desired.metadata.annotations, [APPLIED_HASH_ANNOTATION]: hash };
  const marked: T = { ...desired, metadata: { ...desired.metadata, annotations } };
  const object = await client.apply<T>(resource, marked, { ...options, force: true });
  return { object, changed: true };
}

function hashOf(desired: KubeObject): string {
  return createHash('sha256').update(canonicalJson(desired)).digest('hex');
}
