import type { KubeObject } from '../client/object.ts';
import type { Resource } from '../client/resource.ts';
import type { Selection } from '../client/client.ts';

/** A change of the cached state. For `deleted`, `object` is the last state known, which may be older than the last one there was. */
export interface InformerEvent<T> {
  readonly type: 'added' | 'updated' | 'deleted';
  readonly object: T;
  /** The state before, of an `updated` object. */
  readonly old?: T;
}

/** Computes the values under which an object is found in an index. */
export type Indexer<T> = (object: T) => Iterable<string>;

export interface InformerOptions<T> extends Selection {
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
  /** Trims an object before it is stored. The default drops `metadata.managedFields`. */
  readonly transform?: (object: T) => T;
}

/** The cached state of one kind. Objects are shared: never change one. */
export interface Informer<T extends KubeObject> {
  readonly resource: Resource<T>;
  /** The object with this key (`keyOf`), if it is there. */
  get(key: string): T | undefined;
  list(): readonly T[];
  /**
   * The objects that the index finds under `value`.
   * @throws RangeError when there is no such index.
   */
  byIndex(index: string, value: string): readonly T[];
  /** Calls `handler` for each change from now on, and at once with `added` for what is there. Returns the way to stop it. */
  onEvent(handler: (event: InformerEvent<T>) => void): () => void;
  /** Whether the first full state has arrived and its handlers have run. */
  hasSynced(): boolean;
  /**
   * Adds indexes, also over what is already there.
   * @throws RangeError when an index of that name exists with another function.
   */
  addIndexers(indexers: Readonly<Record<string, Indexer<T>>>): void;
}
