import { sleep } from '@kaito/kube';
import type { Clock } from '@kaito/kube';

/** How long something is not well, in milliseconds: longer than it may go on getting requests. */
const UNWELL_MS = 4500;

/** Makes something well again after a while, in the background, so that the round goes on and watches what happens meanwhile. */
export class Healing {
  #over = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(heal: () => Promise<void>, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }) {
    const healed = sleep(clock, UNWELL_MS, signal).then(heal);
    void healed.then(
      () => (this.#over = true),
      (error: unknown) => (this.#failure = { error }),
    );
  }

  /** It is well again. @throws what went wrong with it. */
  get isOver(): boolean {
    if (this.#failure) throw this.#failure.error;
    return this.#over;
  }
}
