import type { Taint } from '@kaito/crds';
import { ApiError, ignoreNotFound, isInvalid, nodes } from '@kaito/kube';
import type { Client, Node, OwnerReference } from '@kaito/kube';

/** What to change on a node. What it has already costs nothing. */
export interface NodeChange {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly addFinalizer?: string;
  readonly removeFinalizer?: string;
  readonly addOwner?: OwnerReference;
  /** The whole new list. */
  readonly taints?: readonly Taint[];
}

/** An operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

/**
 * Changes a node without a lock on its version: a node that joins is written by many, several times a second, and a lock
 * would lose to them again and again. Each list is guarded by itself instead.
 * @returns the node as it is now; undefined when it is gone
 * @throws ApiError with code 409 when a list has changed since it was read
 */
export async function patchNode(
  client: Client,
  node: Node,
  change: NodeChange,
  signal: AbortSignal,
): Promise<Node | undefined> {
  const patch = nodePatch(node, change);
  if (patch.length === 0) return node;
  const { name } = node.metadata;
  try {
    return await ignoreNotFound(client.patch(nodes, { name }, patch, { type: 'json', signal }));
  } catch (error) {
    // The API server answers 422 when a `test` of a JSON patch fails.
    if (!isInvalid(error)) throw error;
    const message = `node ${name} has changed since it was read`;
    throw new ApiError({ code: 409, reason: 'Conflict', message, cause: error });
  }
}

/** The operations that make the change; empty when the node has everything. */
export function nodePatch(node: Node, change: NodeChange): readonly PatchOperation[] {
  const { labels, annotations, finalizers, ownerReferences, uid } = node.metadata;
  const operations = [
    ...entries('/metadata/labels', labels, change.labels),
    ...entries('/metadata/annotations', annotations, change.annotations),
    ...appended('/metadata/finalizers', finalizers, change.addFinalizer),
    ...removed('/metadata/finalizers', finalizers, change.removeFinalizer),
    ...appended('/metadata/ownerReferences', ownerReferences, change.addOwner),
    ...replaced('/spec/taints', node.spec?.taints, change.taints),
  ];
  return operations.length === 0 ? [] : [{ op: 'test', path: '/metadata/uid', value: uid }, ...operations];
}

type Entries = Readonly<Record<string, string>> | undefined;

function entries(path: string, present: Entries, wanted: Entries = {}): readonly PatchOperation[] {
  const missing = Object.entries(wanted).filter(([key, value]) => present?.[key] !== value);
  if (missing.length === 0) return [];
  if (present === undefined) return created(path, Object.fromEntries(missing));
  return missing.map(([key, value]) => ({ op: 'add', path: `${path}/${escaped(key)}`, value }));
}

function appended<T>(path: string, present: readonly T[] | undefined, item: T | undefined): readonly PatchOperation[] {
  if (item === undefined || present?.some(other => isEqual(other, item))) return [];
  return present?.length ? [{ op: 'add', path: `${path}/-`, value: item }] : created(path, [item]);
}

function removed<T>(path: string, present: readonly T[] = [], item: T | undefined): readonly PatchOperation[] {
  const index = item === undefined ? -1 : present.indexOf(item);
  if (index < 0) return [];
  const at = `${path}/${index}`;
  return [
    { op: 'test', path: at, value: item },
    { op: 'remove', path: at },
  ];
}

function replaced<T>(
  path: string,
  present: readonly T[] | undefined,
  wanted?: readonly T[],
): readonly PatchOperation[] {
  if (wanted === undefined || isEqual(present ?? [], wanted)) return [];
  return [
    { op: 'test', path, value: present ?? null },
    { op: 'add', path, value: wanted },
  ];
}

/** A part that is not there yet: the test keeps what somebody else may have put there meanwhile. */
function created(path: string, value: unknown): readonly PatchOperation[] {
  return [
    { op: 'test', path, value: null },
    { op: 'add', path, value },
  ];
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A key as a part of a JSON pointer (RFC 6901). */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
