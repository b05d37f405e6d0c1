import { keyOf } from '../client/object.ts';
import type { KubeObject } from '../client/object.ts';
import type { Indexer } from './informer.ts';

interface Entry<T> {
  readonly object: T;
  /** Under which values each index holds the object; index functions are not asked again to forget it. */
  readonly values: Map<string, readonly string[]>;
}

interface Index<T> {
  readonly indexer: Indexer<T>;
  readonly keys: Map<string, Set<string>>;
}

const NONE: readonly never[] = [];

/** Objects of one kind by key, with indexes that always agree with them. */
export class Store<T extends KubeObject> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #onIndexError: (index: string, key: string, error: unknown) => void;
  #all: readonly T[] | undefined;

  /** `onIndexError` hears of index functions that throw; their object is then not in that index. */
  constructor(onIndexError: (index: string, key: string, error: unknown) => void) {
    this.#onIndexError = onIndexError;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.object;
  }

  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  /** All objects; the same array until something changes. */
  list(): readonly T[] {
    return (this.#all ??= Array.from(this.#entries.values(), entry => entry.object));
  }

  /** @throws RangeError when there is no such index. */
  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (!index)
      throw new RangeError(`No index "${name}"; there are: ${[...this.#indexes.keys()].join(', ') || 'none'}`);
    const keys = index.keys.get(value);
    return keys ? Array.from(keys, key => this.get(key)).filter(object => object !== undefined) : NONE;
  }

  set(object: T): void {
    const key = keyOf(object);
    this.delete(key);
    const entry: Entry<T> = { object, values: new Map() };
    this.#entries.set(key, entry);
    this.#all = undefined;
    for (const [name, index] of this.#indexes) this.#insert(name, index, key);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#all = undefined;
    this.#entries.delete(key);
    for (const [name, values] of entry.values) {
      for (const value of values) removeFrom(this.#indexes.get(name)?.keys, value, key);
    }
  }

  /** @throws RangeError when an index of that name exists with another function. */
  addIndexers(indexers: Readonly<Record<string, Indexer<T>>>): void {
    for (const [name, indexer] of Object.entries(indexers)) {
      const known = this.#indexes.get(name);
      if (known && known.indexer !== indexer) throw new RangeError(`Index "${name}" exists with another function`);
      if (known) continue;
      const index: Index<T> = { indexer, keys: new Map() };
      this.#indexes.set(name, index);
      for (const key of this.#entries.keys()) this.#insert(name, index, key);
    }
  }

  #insert(name: string, index: Index<T>, key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    const values = this.#valuesOf(name, index, entry.object);
    entry.values.set(name, values);
    for (const value of values) {
      const keys = index.keys.get(value);
      if (keys) keys.add(key);
      else index.keys.set(value, new Set([key]));
    }
  }

  #valuesOf(name: string, index: Index<T>, object: T): readonly string[] {
    try {
      return [...new Set(index.indexer(object))];
    } catch (error) {
      this.#onIndexError(name, keyOf(object), error);
      return NONE;
    }
  }
}

function removeFrom(index: Map<string, Set<string>> | undefined, value: string, key: string): void {
  const keys = index?.get(value);
  keys?.delete(key);
  if (keys?.size === 0) index?.delete(value);
}
