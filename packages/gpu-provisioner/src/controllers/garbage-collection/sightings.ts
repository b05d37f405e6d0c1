/** When something became suspect. Both on the monotonic clock, in milliseconds. */
export interface Sighting {
  /** When it was noticed. */
  readonly at: number;
  /** When the LIST was sent that first showed it so. */
  readonly askedAt: number;
}

/**
 * Remembers since when each suspect has been one without a break. It lives in this process only: after a restart everything
 * is seen for the first time, which delays a collection and never hastens one.
 */
export class Sightings {
  #known: ReadonlyMap<string, Sighting> = new Map();

  /** Takes the suspects of now: who was known keeps the time, who is no suspect any more is forgotten. */
  update(keys: readonly string[], now: Sighting): void {
    this.#known = new Map(keys.map(key => [key, this.#known.get(key) ?? now]));
  }

  of(key: string): Sighting | undefined {
    return this.#known.get(key);
  }

  /** Everything has to be seen anew. */
  forget(): void {
    this.#known = new Map();
  }
}
