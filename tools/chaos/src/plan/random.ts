import { createHash } from 'node:crypto';

/** Numbers that look random and are the same for the same seed, on every machine: mulberry32 over a hash of the seed. */
export class Random {
  #state: number;

  /** @param seed any text; texts that differ in one letter give unrelated numbers. */
  constructor(seed: string) {
    this.#state = createHash('sha256').update(seed).digest().readUInt32LE();
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True with that probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items; undefined when there is none. */
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.int(0, items.length - 1)];
  }

  /** The items in another order. */
  shuffled<T>(items: readonly T[]): readonly T[] {
    const keyed = items.map(item => ({ item, key: this.next() }));
    return keyed.toSorted((left, right) => left.key - right.key).map(({ item }) => item);
  }
}
