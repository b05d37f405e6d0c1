import type { KubeObject, ObjectKey } from './object.ts';

/** How a kind is called on the wire. `T` is its JSON as the API server sends it: dates are strings, nothing is dropped. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** The name in URLs, such as `pods`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Carries the type only; never set. */
  readonly object?: T;
}

/** The object type of a resource: `ObjectOf<typeof pods>`. */
export type ObjectOf<R> = R extends Resource<infer T> ? T : never;

/** `group/version`, or just the version for the core group. */
export function apiVersionOf(resource: Resource): string {
  return resource.group ? `${resource.group}/${resource.version}` : resource.version;
}

/** A short name of the kind for messages and metrics: `pods` or `machines.karpenter.sh`. */
export function resourceName(resource: Resource): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
}

/** The URL path of the collection, in one namespace or in all (Kubernetes API concepts, resource URIs). */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root = resource.group ? `/apis/${resource.group}` : '/api';
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}/${resource.version}${scope}/${resource.plural}`;
}

/**
 * The URL path of one object or of its subresource.
 * @throws TypeError when the name, or the namespace of a namespaced kind, is missing: the path would mean the whole collection.
 */
export function objectPath(resource: Resource, key: ObjectKey, subresource?: string): string {
  if (!key.name) throw new TypeError(`A request for one of ${resourceName(resource)} needs a name`);
  if (resource.namespaced && !key.namespace) {
    throw new TypeError(`A request for ${resourceName(resource)} "${key.name}" needs a namespace`);
  }
  const path = `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}
