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
  /** By key of the workspace, then by name of the claim. */
  readonly #creations = new Map<string, Map<string, Creation>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until the workspace may create a claim of this name; 0 is now. */
  delayMs(workspace: string, name: string): number {
    const last = this.#creations.get(workspace)?.get(name);
    if (!last || last.tries < 2) return 0;
    const pause = Math.min(firstDelayMs * 2 ** (last.tries - 2), maxDelayMs);
    return Math.max(0, last.at + pause - this.#clock.monotonic());
  }

  /** Notes that the workspace created a claim of this name now. */
  created(workspace: string, name: string): void {
    const at = this.#clock.monotonic();
    const own = this.#creations.get(workspace) ?? new Map<string, Creation>();
    const last = own.get(name);
    const recent = last !== undefined && at - last.at < forgetAfterMs;
    own.set(name, { at, tries: recent ? last.tries + 1 : 1 });
    this.#creations.set(workspace, own);
  }

  /** Forgets a workspace that is gone. */
  forget(workspace: string): void {
    this.#creations.delete(workspace);
  }
}
