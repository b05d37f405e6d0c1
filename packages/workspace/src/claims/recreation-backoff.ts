import type { Clock } from '@kaito/kube';

const firstDelayMs = 1000;
const maxDelayMs = 5 * 60_000;
/** A claim that lived this long did not fail at its start; the next one need not pay for it. */
const forgetAfterMs = 10 * 60_000;

interface Creation {
  readonly at: number;
  readonly tries: number;
}

/**
 * Slows the re-creation of claims that keep vanishing: Karpenter deletes a claim that it cannot launch, and without a pause the two
 * controllers would chase each other. The first creation and the first replacement are not delayed. Kept in memory: a restart may
 * try once more at once.
 */
export class RecreationBackoff {
  readonly #clock: Clock;
  readonly #creations = new Map<string, Creation>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until a claim of this name may be created; 0 is now. */
  delayMs(name: string): number {
    const last = this.#creations.get(name);
    if (!last || last.tries < 2) return 0;
    const pause = Math.min(firstDelayMs * 2 ** (last.tries - 2), maxDelayMs);
    return Math.max(0, last.at + pause - this.#clock.monotonic());
  }

  /** Notes that a claim of this name was created now. */
  created(name: string): void {
    const at = this.#clock.monotonic();
    const last = this.#creations.get(name);
    const recent = last !== undefined && at - last.at < forgetAfterMs;
    this.#creations.set(name, { at, tries: recent ? last.tries + 1 : 1 });
  }

  /** Forgets names that are no longer wanted. */
  forget(names: Iterable<string>): void {
    for (const name of names) this.#creations.delete(name);
  }
}
