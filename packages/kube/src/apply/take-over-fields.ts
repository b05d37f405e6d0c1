import type { CallOptions, Client } from '../client/client.ts';
import { isObject } from '../client/json.ts';
import type { KubeObject, ObjectKey } from '../client/object.ts';
import type { Resource } from '../client/resource.ts';

/** Who takes fields over from whom. */
export interface TakeOverOptions extends CallOptions {
  /** The field manager whose fields they will be, by server-side apply. */
  readonly fieldManager: string;
  /** Field managers that wrote the object by create, update and patch. */
  readonly from: readonly string[];
}

/** An entry of `metadata.managedFields` (Kubernetes API reference, ManagedFieldsEntry v1 meta). */
interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
  readonly [field: string]: unknown;
}

/**
 * Makes fields that others wrote by create, update or patch ours, as if we had applied them: what the next apply does not name is then
 * taken away, where it would stay for good otherwise. Values do not change. The way of client-go's csaupgrade.
 * @returns whether there was anything to take over
 * @throws ApiError of the request; a conflict (409) when the object was changed meanwhile: try again
 */
export async function takeOverFields(
  client: Client,
  resource: Resource,
  key: ObjectKey,
  { fieldManager, from, signal }: TakeOverOptions,
): Promise<boolean> {
  const { metadata } = await client.get<KubeObject>(resource, key, { signal });
  const entries = (metadata.managedFields ?? []).filter(entry => isEntry(entry));
  const isTheirs = ({ manager, operation, subresource }: ManagedFields): boolean =>
    operation === 'Update' && !subresource && from.includes(manager ?? '');
  const isOurs = ({ manager, operation, subresource }: ManagedFields): boolean =>
    operation === 'Apply' && !subresource && manager === fieldManager;
  const [first, ...rest] = [...entries.filter(isOurs), ...entries.filter(isTheirs)];
  if (!first || !entries.some(isTheirs)) return false;
  const fieldsV1 = rest.reduce((union, { fieldsV1: more }) => unite(union, more), first.fieldsV1);
  const merged = { ...first, manager: fieldManager, operation: 'Apply', fieldsV1 };
  const value = [merged, ...entries.filter(entry => !isOurs(entry) && !isTheirs(entry))];
  // The version of the object that the sets were read from: fields that came since are not lost.
  const patch = [
    { op: 'replace', path: '/metadata/managedFields', value },
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
  ];
  await client.patch(resource, key, patch, { type: 'json', signal });
  return true;
}

function isEntry(entry: unknown): entry is ManagedFields {
  return isObject(entry);
}

/** Union of two sets of fields: a set is a tree whose keys are path elements (Kubernetes API reference, FieldsV1). */
function unite(one: unknown, other: unknown): unknown {
  if (!isObject(one)) return other;
  if (!isObject(other)) return one;
  const both = Object.entries(other).map(([path, below]) => [path, unite(one[path], below)] as const);
  return { ...one, ...Object.fromEntries(both) };
}
