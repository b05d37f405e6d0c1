import type { Cache, Client, KubeObject, Resource } from '@kaito/kube';
import type { Act } from './deeds.ts';
import { unlessReplaced } from './unless-replaced.ts';

export interface DeletionOptions {
  readonly client: Client;
  readonly cache: Cache;
  readonly signal: AbortSignal;
}

/** Deletes the first of the objects that is not on its way out, which takes effect when it is gone. @returns undefined when there is none */
export function deletionOf<T extends KubeObject>(
  resource: Resource<T>,
  objects: readonly (T | undefined)[],
  { client, cache, signal }: DeletionOptions,
): Act | undefined {
  const object = objects.find(one => one !== undefined && one.metadata.deletionTimestamp === undefined);
  if (!object) return undefined;
  const { name, uid } = object.metadata;
  return async () => {
    await unlessReplaced(client.delete(resource, object.metadata, { uid, propagationPolicy: 'Background', signal }));
    const informer = cache.informer(resource);
    const isThere = (): boolean => informer.list().some(({ metadata }) => metadata.uid === uid);
    return () => (isThere() ? `${resource.kind} ${name}, deleted by hand, is still there` : undefined);
  };
}
