import { sleep } from '@kaito/kube';
import type { Clock } from '@kaito/kube';
import type { Replicas } from './replicas.ts';

export interface WaitingOptions {
  /** Who must be back before anything counts as reached. */
  readonly replicas: Pick<Replicas, 'settled'>;
  /** Looks at what there is, before each question. */
  readonly look: () => Promise<unknown>;
  /** After how many milliseconds it counts as never. */
  readonly withinMs: number;
  readonly note: (what: string) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const TICK_MS = 30;

/** Waits in a round, and remembers what did not come about in time. */
export class Waiting {
  readonly unfinished: string[] = [];
  readonly #options: WaitingOptions;

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  /** Waits until nothing is missing and nobody is on the way back. */
  async until(what: string, missing: () => Promise<string | undefined>): Promise<void> {
    const { replicas, look, withinMs, note, clock, signal } = this.#options;
    const deadline = clock.monotonic() + withinMs;
    for (;;) {
      await look();
      const lack = await missing();
      const { settled } = replicas;
      if (lack === undefined && settled) return note(what);
      if (clock.monotonic() > deadline) {
        this.unfinished.push(`not within ${withinMs / 1000} s: ${what}: ${lack ?? 'the controller is not back'}`);
        return;
      }
      await sleep(clock, TICK_MS, signal);
    }
  }
}
