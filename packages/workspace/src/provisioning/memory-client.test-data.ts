import {
  ApiError,
  collectionPath,
  keyOf,
  type Client,
  type KubeObject,
  type ListOptions,
  type Resource,
} from '@kaito/kube';
import { override } from '@kaito/testing';

type Stored = KubeObject & { readonly spec?: unknown };

/** A request that changed something, or tried to: `create machines ws1`. */
export type Write = string;

/** An API server in memory: enough of one to write claims, nodes and pools, with uids and versions that count. */
export class MemoryClient {
  readonly writes: Write[] = [];
  readonly #objects = new Map<string, Map<string, Stored>>();
  #version = 1;
  /** Fails the write with this number, counted from 0, as a crash would. */
  failAt = -1;
  /** Called before each patch, as another hand that is quicker. */
  beforePatch: () => void = () => {};

  constructor(...objects: readonly (readonly [Resource, KubeObject])[]) {
    for (const [resource, object] of objects) this.put(resource, object);
  }

  /** The client as the provisioning knows it. */
  get client(): Client {
    // What provisioning does not call is missing here, and would fail the test.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    return this as unknown as Client;
  }

  put(resource: Resource, object: KubeObject): void {
    const kept = this.#objects.get(resource.plural) ?? new Map<string, Stored>();
    this.#objects.set(resource.plural, kept.set(keyOf(object), this.#stamp(object)));
  }

  all<T extends KubeObject>(resource: Resource<T>): readonly T[] {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- objects are put under their own kind
    return [...(this.#objects.get(resource.plural)?.values() ?? [])] as unknown as readonly T[];
  }

  get(resource: Resource, { name }: { readonly name: string }): Promise<Stored> {
    const found = this.#objects.get(resource.plural)?.get(name);
    return found ? Promise.resolve(found) : Promise.reject(failure(404, 'NotFound'));
  }

  list(resource: Resource, { labelSelector = '', fieldSelector = '' }: ListOptions = {}): Promise<{ items: Stored[] }> {
    const wanted = labelSelector
      .split(',')
      .filter(Boolean)
      .map(term => term.split('='));
    const [, nodeName] = fieldSelector.split('=');
    const items = this.all(resource)
      .filter(({ metadata }) => wanted.every(([key = '', value]) => metadata.labels?.[key] === value))
      .filter(object => !nodeName || ('spec' in object && nodeNameOf(object.spec) === nodeName));
    return Promise.resolve({ items: [...items] });
  }

  create(resource: Resource, object: KubeObject): Promise<Stored> {
    return this.#write(`create ${resource.plural} ${object.metadata.name}`, () => {
      if (this.#objects.get(resource.plural)?.has(keyOf(object))) throw failure(409, 'AlreadyExists');
      this.put(resource, object);
      return this.get(resource, object.metadata);
    });
  }

  apply(resource: Resource, object: KubeObject): Promise<Stored> {
    return this.#write(`apply ${resource.plural} ${object.metadata.name}`, () => {
      this.put(resource, object);
      return this.get(resource, object.metadata);
    });
  }

  patch(resource: Resource, { name }: { readonly name: string }, patch: Partial<Stored>): Promise<Stored> {
    this.beforePatch();
    return this.#write(`patch ${resource.plural} ${name}`, async () => {
      const live = await this.get(resource, { name });
      const { uid, resourceVersion } = patch.metadata ?? {};
      if (uid !== undefined && uid !== live.metadata.uid) throw failure(409, 'Conflict');
      if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
        throw failure(409, 'Conflict');
      this.put(resource, withoutNulls(override(live, patch)));
      return this.get(resource, { name });
    });
  }

  delete(
    resource: Resource,
    { name }: { readonly name: string },
    { uid }: { readonly uid?: string } = {},
  ): Promise<void> {
    return this.#write(`delete ${resource.plural} ${name}`, async () => {
      const live = await this.get(resource, { name });
      if (uid && live.metadata.uid !== uid) throw failure(409, 'Conflict');
      this.#objects.get(resource.plural)?.delete(name);
    });
  }

  /** Answers for the collections that it was told to serve. */
  raw(_method: string, path: string): Promise<unknown> {
    if (this.forbidden.some(resource => path.startsWith(`${collectionPath(resource)}?`))) {
      return Promise.reject(failure(403, 'Forbidden'));
    }
    return this.served.some(resource => path.startsWith(`${collectionPath(resource)}?`))
      ? Promise.resolve({})
      : Promise.reject(failure(404, 'NotFound'));
  }

  served: readonly Resource[] = [];
  forbidden: readonly Resource[] = [];
  readonly server = 'https://memory';

  async #write<T>(write: Write, run: () => T | Promise<T>): Promise<T> {
    if (this.writes.push(write) - 1 === this.failAt) throw failure(500, 'InternalError');
    return run();
  }

  #stamp(object: KubeObject): Stored {
    const { metadata } = object;
    this.#version += 1;
    const uid = metadata.uid ?? `uid of ${metadata.name}`;
    return { ...object, metadata: { ...metadata, uid, resourceVersion: String(this.#version) } };
  }
}

function failure(
  code: number,
  reason: 'NotFound' | 'AlreadyExists' | 'Conflict' | 'Forbidden' | 'InternalError',
): ApiError {
  return new ApiError({ code, reason, message: `${reason} of the client in memory` });
}

function nodeNameOf(spec: unknown): unknown {
  return typeof spec === 'object' && spec !== null && 'nodeName' in spec ? spec.nodeName : undefined;
}

/** A merge patch takes away what it sets to null (RFC 7386). */
function withoutNulls<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, part]) => part !== null);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a part of a T less what it had as null
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutNulls(part as unknown)])) as T;
}
