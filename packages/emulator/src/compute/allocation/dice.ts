/**
 * Numbers from 0 to 1 that look random and are the same every time: each depends on the seed, a name, and how often was
 * rolled for that name, so that many callers at once do not change each other's luck. FNV-1a over the three, mixed by one
 * step of mulberry32 (both public domain).
 */
export class Dice {
  readonly #seed: number;
  readonly #rolls = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The next number for `name`, in [0, 1). */
  roll(name: string): number {
    const count = (this.#rolls.get(name) ?? 0) + 1;
    this.#rolls.set(name, count);
    return mulberry32(fnv1a(`${this.#seed}/${name}/${count}`));
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

function mulberry32(state: number): number {
  const seed = (state + 0x6d2b79f5) | 0;
  const first = Math.imul(seed ^ (seed >>> 15), seed | 1);
  const second = first ^ (first + Math.imul(first ^ (first >>> 7), first | 61));
  return ((second ^ (second >>> 14)) >>> 0) / 2 ** 32;
}
