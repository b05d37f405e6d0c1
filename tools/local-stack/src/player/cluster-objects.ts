import { configMaps, keyOf, secrets, type Cache, type ObjectKey } from '@kaito/kube';
import type { Objects } from './objects.ts';

/** What pods refer to, from informers. */
export function clusterObjects(cache: Cache): Objects {
  const maps = cache.informer(configMaps);
  const hidden = cache.informer(secrets);
  return {
    configMap: (namespace, name) => maps.get(cacheKey({ namespace, name })),
    secret: (namespace, name) => hidden.get(cacheKey({ namespace, name })),
  };
}

/** As informers know an object. */
export function cacheKey({ name, namespace }: ObjectKey): string {
  return keyOf({ metadata: { name, ...(namespace !== undefined && { namespace }) } });
}
