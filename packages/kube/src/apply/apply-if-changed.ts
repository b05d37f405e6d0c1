import type { Informer } from '../cache/informer.ts';
import type { CallOptions, Client } from '../client/client.ts';
import { keyOf } from '../client/object.ts';
import type { KubeObject } from '../client/object.ts';
import type { Resource } from '../client/resource.ts';
import { canonicalDigest } from './canonical-json.ts';
import { contains } from './contains.ts';
import { takeOverFields } from './take-over-fields.ts';

/**
 * Holds the hash of what was applied last. The live object holds defaults and other people's fields as well, so only
 * this tells that a field is no longer wanted.
 */
export const APPLIED_HASH_ANNOTATION = 'kaito.sh/applied-hash';

export interface ApplyIfChangedOptions extends CallOptions {
  /** The owner of the fields, one for each controller. */
  readonly fieldManager: string;
  /**
   * Field managers of programs that this one succeeds. What they wrote on an object that was never applied here is taken over first, so
   * that those of their fields that are not wanted go; see `takeOverFields`.
   */
  readonly predecessors?: readonly string[];
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
  const hash = canonicalDigest(desired);
  const live = informer.get(keyOf(desired));
  if (live && live.metadata.annotations?.[APPLIED_HASH_ANNOTATION] === hash && contains(live, desired)) {
    return { object: live, changed: false };
  }
  const { predecessors = [], ...applying } = options;
  if (predecessors.length > 0 && live && !wasApplied(live)) {
    const { fieldManager, signal } = options;
    await takeOverFields(client, resource, desired.metadata, { fieldManager, from: predecessors, signal });
  }
  const annotations = { ...desired.metadata.annotations, [APPLIED_HASH_ANNOTATION]: hash };
  const marked: T = { ...desired, metadata: { ...desired.metadata, annotations } };
  const object = await client.apply<T>(resource, marked, { ...applying, force: true });
  return { object, changed: true };
}

/** Whether the object was ever applied by `applyIfChanged`. */
export function wasApplied({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[APPLIED_HASH_ANNOTATION] !== undefined;
}
