import { ApiError, keyOf } from '@kaito/kube';
import type { Client, Clock, DeleteOptions, KubeObject, ObjectKey, PatchOptions, Resource } from '@kaito/kube';
import type { PatchOperation } from '../controllers/claim/node-patch.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * An API server for unit tests of the steps: objects, patches, deletion with finalizers, and evictions that a test may have
 * refused. It writes down every call that changes something.
 */
export class ClusterInMemory {
  readonly calls: string[] = [];
  /** Errors that the next evictions of a pod meet, by its key. */
  readonly refusals = new Map<string, ApiError[]>();
  readonly #objects = new Map<string, KubeObject>();
  readonly #clock: Clock;
  #version = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put<T extends KubeObject>(object: T): T {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.#objects.set(`${object.kind}/${keyOf(object)}`, stored);
    return stored;
  }

  remove(kind: string, key: string): void {
    this.#objects.delete(`${kind}/${key}`);
  }

  /** What is there under the kind and the key; undefined when nothing is. */
  find<T extends KubeObject>({ kind }: Resource<T>, key: string): T | undefined {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- objects are put under their own kind
    return this.#objects.get(`${kind}/${key}`) as T | undefined;
  }

  get client(): Client {
    const client = {
      get: ({ kind }: Resource, key: ObjectKey) => this.#answer(() => this.#existing(kind, key)),
      patch: (
        { kind }: Resource,
        key: ObjectKey,
        patch: Json | readonly PatchOperation[],
        options: PatchOptions = {},
      ) => this.#answer(() => this.#patch(this.#existing(kind, key), patch, options)),
      delete: ({ kind }: Resource, key: ObjectKey, options: DeleteOptions = {}) =>
        this.#answer(() => this.#delete(this.#existing(kind, key), options)),
      evict: (key: ObjectKey, options: DeleteOptions = {}) => this.#answer(() => this.#evict(key, options)),
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the steps call no other method
    return client as unknown as Client;
  }

  #answer<T>(work: () => T): Promise<T> {
    return new Promise(resolve => {
      resolve(work());
    });
  }

  #existing(kind: string, { name, namespace }: ObjectKey): KubeObject {
    const key = namespace ? `${namespace}/${name}` : name;
    const object = this.#objects.get(`${kind}/${key}`);
    if (!object) throw new ApiError({ code: 404, reason: 'NotFound', message: `${kind} ${key} is not there` });
    return object;
  }

  #patch(object: KubeObject, patch: Json | readonly PatchOperation[], { subresource }: PatchOptions): KubeObject {
    this.calls.push(['patch', object.kind, keyOf(object), subresource].filter(Boolean).join(' '));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a patched object is still one
    const patched = (isOperations(patch) ? operated(object, patch) : merged(object, patch)) as KubeObject;
    return this.#settle(this.put(patched));
  }

  #delete(object: KubeObject, { uid, gracePeriodSeconds = 0 }: DeleteOptions): void {
    const grace = object.kind === 'Pod' ? ` within ${gracePeriodSeconds} s` : '';
    this.calls.push(`delete ${object.kind} ${keyOf(object)}${grace}`);
    if (uid !== undefined && uid !== object.metadata.uid) throw conflict(object);
    const deletionTimestamp = new Date(this.#clock.now() + gracePeriodSeconds * 1000).toISOString();
    this.#settle(this.put({ ...object, metadata: { ...object.metadata, deletionTimestamp } }));
  }

  #evict(key: ObjectKey, { uid }: DeleteOptions): void {
    const pod = this.#existing('Pod', key);
    this.calls.push(`evict ${keyOf(pod)}`);
    const refusal = this.refusals.get(keyOf(pod))?.shift();
    if (refusal) throw refusal;
    if (uid !== undefined && uid !== pod.metadata.uid) throw conflict(pod);
    const deletionTimestamp = new Date(this.#clock.now() + 30_000).toISOString();
    this.put({ ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
  }

  /** What is deleted goes with its last finalizer; a pod goes when its kubelet has ended it, which a test says. */
  #settle(object: KubeObject): KubeObject {
    const { deletionTimestamp, finalizers = [] } = object.metadata;
    if (deletionTimestamp && finalizers.length === 0 && object.kind !== 'Pod')
      this.remove(object.kind ?? '', keyOf(object));
    return object;
  }
}

function conflict({ metadata }: KubeObject): ApiError {
  return new ApiError({ code: 409, reason: 'Conflict', message: `${metadata.name} is another one` });
}

function isOperations(patch: unknown): patch is readonly PatchOperation[] {
  return Array.isArray(patch);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 7386 */
function merged(target: unknown, patch: unknown): unknown {
  if (!isJson(patch)) return patch;
  const result: Record<string, unknown> = isJson(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

/** RFC 6902, as far as node patches use it. @throws ApiError 422 when a test fails, as the API server does. */
function operated(target: unknown, operations: readonly PatchOperation[]): unknown {
  return operations.reduce((current, operation) => {
    const path = operation.path.split('/').slice(1);
    return changed(
      current,
      path.map(part => part.replaceAll('~1', '/').replaceAll('~0', '~')),
      operation,
    );
  }, target);
}

function changed(target: unknown, [key = '', ...rest]: readonly string[], operation: PatchOperation): unknown {
  const entries: Record<string, unknown> = isJson(target) ? { ...target } : {};
  if (Array.isArray(target)) return changedList(target, key, operation);
  if (rest.length > 0) return { ...entries, [key]: changed(entries[key], rest, operation) };
  if (operation.op === 'test') check(entries[key], operation);
  else if (operation.op === 'remove') delete entries[key];
  else entries[key] = operation.value;
  return entries;
}

function changedList(list: readonly unknown[], key: string, operation: PatchOperation): unknown {
  if (operation.op === 'test') check(list[Number(key)], operation);
  if (operation.op === 'remove') return list.toSpliced(Number(key), 1);
  return operation.op === 'add' ? [...list, operation.value] : list;
}

function check(present: unknown, { path, value }: PatchOperation): void {
  if (JSON.stringify(present ?? null) === JSON.stringify(value ?? null)) return;
  throw new ApiError({ code: 422, reason: 'Invalid', message: `the test of ${path} failed` });
}
