/** An entry of `metadata.ownerReferences` (Kubernetes API, meta/v1 OwnerReference). */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The part of `metadata` that controllers use, as it is on the wire: times are RFC 3339 strings. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly unknown[];
}

/** What every object on the Kubernetes API has. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/** Names one object within its kind. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectKey {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** The key of an object as one string: `namespace/name`, or `name` for a cluster-scoped object. */
export function keyOf(object: { readonly metadata: ObjectKey }): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/**
 * The parts of a key made by `keyOf`.
 * @throws RangeError when it is neither `name` nor `namespace/name`.
 */
export function parseKey(key: string): ObjectKey {
  const [first, second, ...rest] = key.split('/');
  if (!first || second === '' || rest.length > 0) {
    throw new RangeError(`"${key}" is not an object key; expected "name" or "namespace/name"`);
  }
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** The owner reference that makes `owner` the one controller of a child, which garbage collection then removes with it. */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  if (!apiVersion || !kind || !metadata.uid) {
    throw new TypeError(`${kind ?? 'object'} ${metadata.name} cannot own anything: it needs apiVersion, kind and uid`);
  }
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}
