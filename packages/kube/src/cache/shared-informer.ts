import { keyOf } from '../client/object.ts';
import type { KubeObject } from '../client/object.ts';
import type { Selection } from '../client/client.ts';
import { resourceName } from '../client/resource.ts';
import type { Resource } from '../client/resource.ts';
import type { Logger } from '../log/logger.ts';
import type { Counter } from '../metrics/metrics.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Indexer, Informer, InformerEvent } from './informer.ts';
import { compareVersions } from './resource-version.ts';
import { belongsTo } from './selection.ts';
import { Store } from './store.ts';

export interface SharedInformerOptions<T extends KubeObject> {
  readonly resource: Resource<T>;
  readonly selection: Selection;
  readonly transform?: ((object: T) => T) | undefined;
  /** Freezes what is stored, so that a test fails where it changes a shared object. */
  readonly freeze: boolean;
  readonly logger: Logger;
  readonly handlerErrors: Counter<'resource'>;
}

type Handler<T> = (event: InformerEvent<T>) => void;

/**
 * The cached state of one kind, fed from two sides: the stream (list and watch), and the answers to our own writes.
 *
 * Both carry resource versions, which only grow within a kind, so the newer state wins whichever side brings it, and
 * each version is told to the handlers once. The stream is complete: when it has come to version S, everything up to S
 * is in the store. So an answer that is not newer than S adds nothing, and if its object is not in the store, it has
 * been deleted since and must not come back.
 */
export class SharedInformer<T extends KubeObject> implements Informer<T> {
  readonly resource: Resource<T>;
  readonly #options: SharedInformerOptions<T>;
  readonly #store: Store<T>;
  readonly #handlers = new Set<Handler<T>>();
  /** How far the stream has come; undefined until the first full state. */
  #streamVersion: string | undefined;
  #synced = false;

  constructor(options: SharedInformerOptions<T>) {
    this.resource = options.resource;
    this.#options = options;
    this.#store = new Store<T>((index, key, error) => this.#report('Index function failed', { index, key, error }));
  }

  get size(): number {
    return this.#store.size;
  }

  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  list(): readonly T[] {
    return this.#store.list();
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.#store.byIndex(index, value);
  }

  addIndexers(indexers: Readonly<Record<string, Indexer<T>>>): void {
    this.#store.addIndexers(indexers);
  }

  hasSynced(): boolean {
    return this.#synced;
  }

  onEvent(handler: Handler<T>): () => void {
    // A wrapper, so that one function registered twice is two handlers.
    const own: Handler<T> = event => handler(event);
    this.#handlers.add(own);
    for (const object of this.#store.list()) this.#call(own, { type: 'added', object });
    return () => this.#handlers.delete(own);
  }

  /** The stream has a full state of version `version`. What is not in it has been deleted while nobody watched. */
  replace(items: readonly T[], version: string): void {
    // A state older than the stream's is another history: the server's data was restored from a backup.
    const restored = (compareVersions(version, this.#streamVersion) ?? 0) < 0;
    this.#streamVersion = version;
    const present = new Set<string>();
    for (const item of items) {
      present.add(keyOf(item));
      this.#put(item, restored);
    }
    for (const key of this.#store.keys()) {
      if (!present.has(key)) this.#drop(key, restored ? undefined : version);
    }
    this.#synced = true;
  }

  /** The stream tells of one change. */
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    this.advance(object.metadata.resourceVersion);
    if (type === 'DELETED') this.#drop(keyOf(object), object.metadata.resourceVersion);
    else this.#put(object, false);
  }

  /** The stream has come to `version` without a change. */
  advance(version: string | undefined): void {
    if (version) this.#streamVersion = version;
  }

  /** The server answered with `object`, to a write of ours or a LIST past the cache. */
  observe(object: T): void {
    if (!this.#synced) return;
    const ahead = compareVersions(object.metadata.resourceVersion, this.#streamVersion);
    if (ahead === undefined || ahead <= 0) return;
    const belongs = belongsTo(this.#options.selection, object);
    const known = this.#store.get(keyOf(object))?.metadata.uid === object.metadata.uid;
    // An object that no longer matches stays until the stream says so, with the version at which it left.
    if (belongs === true || (known && belongs === undefined)) this.#put(object, false);
  }

  #put(incoming: T, evenIfOlder: boolean): void {
    const key = keyOf(incoming);
    const old = this.#store.get(key);
    if (old && !evenIfOlder && isCurrent(old, incoming)) return;
    if (old && evenIfOlder && old.metadata.resourceVersion === incoming.metadata.resourceVersion) return;
    const object = this.#prepare(incoming);
    if (old && old.metadata.uid !== object.metadata.uid) {
      // Deleted and made again under the same name: two facts, not one change.
      this.#store.delete(key);
      this.#tell({ type: 'deleted', object: old });
      this.#store.set(object);
      this.#tell({ type: 'added', object });
      return;
    }
    this.#store.set(object);
    this.#tell(old ? { type: 'updated', object, old } : { type: 'added', object });
  }

  /** Removes an object unless what is stored is newer than its deletion at `version`. */
  #drop(key: string, version: string | undefined): void {
    const old = this.#store.get(key);
    if (!old || (compareVersions(old.metadata.resourceVersion, version) ?? 0) > 0) return;
    this.#store.delete(key);
    this.#tell({ type: 'deleted', object: old });
  }

  #prepare(object: T): T {
    const prepared = this.#transform(object);
    return this.#options.freeze ? deepFreeze(prepared) : prepared;
  }

  #transform(object: T): T {
    const { transform = dropManagedFields } = this.#options;
    try {
      return transform(object);
    } catch (error) {
      // An object that is too large is better than one that is missing.
      this.#report('Transform failed', { key: keyOf(object), error });
      return object;
    }
  }

  #tell(event: InformerEvent<T>): void {
    for (const handler of this.#handlers) this.#call(handler, event);
  }

  #call(handler: Handler<T>, event: InformerEvent<T>): void {
    try {
      handler(event);
    } catch (error) {
      this.#report('Event handler failed', { event: event.type, key: keyOf(event.object), error });
    }
  }

  #report(message: string, values: object): void {
    const resource = resourceName(this.resource);
    this.#options.handlerErrors.inc({ resource });
    this.#options.logger.error(message, { resource, ...values });
  }
}

/** Whether what is stored is at least as new as what comes in. Versions that cannot be compared count as news. */
function isCurrent(stored: KubeObject, incoming: KubeObject): boolean {
  return (compareVersions(stored.metadata.resourceVersion, incoming.metadata.resourceVersion) ?? -1) >= 0;
}

function dropManagedFields<T extends KubeObject>(object: T): T {
  if (!object.metadata.managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
