import { sleep } from '@kaito/kube';
import type { Clock } from '@kaito/kube';
import type { Replica } from '../world/replica.ts';

export interface ReplicasOptions {
  readonly replicas: readonly Replica[];
  /** Environment over that of the replica. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the process at once, or stops it until another one leads, when it wakes up none the wiser. */
  readonly blow: 'kill' | 'pause';
  /** What happens between a blow and the return; `blows` counts this one. */
  readonly meanwhile: (blows: number) => Promise<void>;
  readonly note: (what: string) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A leader that wakes up without its lease is to end at once; this leaves room for a busy machine, in milliseconds. */
const GIVES_UP_WITHIN_MS = 10_000;
const TICK_MS = 50;

/** The provisioners of a round: started, struck down, and started again. */
export class Replicas {
  readonly #options: ReplicasOptions;
  #blows = 0;
  #recovering = 0;
  #lastStart = 0;
  #failure: { readonly error: unknown } | undefined;
  readonly #unfinished: string[] = [];

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  /** How often one was struck. */
  get blows(): number {
    return this.#blows;
  }

  /** What did not come about in time. */
  get unfinished(): readonly string[] {
    return this.#unfinished;
  }

  /** Nobody is on the way back. @throws what went wrong with a new start. */
  get settled(): boolean {
    if (this.#failure) throw this.#failure.error;
    return this.#recovering === 0;
  }

  /** For how many milliseconds nobody has come back; 0 while somebody is on the way. */
  get quietMs(): number {
    return this.#recovering === 0 ? this.#options.clock.monotonic() - this.#lastStart : 0;
  }

  /** Starts all. @throws with the end of its log when one does not start, unless it was struck meanwhile. */
  async start(): Promise<void> {
    await Promise.all(this.#options.replicas.map((_, index) => this.#start(index)));
  }

  /** Strikes one down: it does nothing any more when this returns, and is brought back in the background. */
  strike(index: number): void {
    const { replicas, blow, note } = this.#options;
    const struck = replicas[index]?.process.kill(blow === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    this.#blows += 1;
    this.#recovering += 1;
    note(`replica ${index}: ${blow}`);
    void this.#recover(index, struck);
  }

  /** Ends the round with an error at the next look at `settled`. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  async #recover(index: number, struck: Promise<void> | undefined): Promise<void> {
    const { blow, meanwhile, note } = this.#options;
    try {
      await struck;
      await meanwhile(this.#blows);
      if (blow === 'pause') await this.#wake(index);
      await this.#start(index);
      note(`replica ${index} is back`);
    } catch (error) {
      this.fail(error);
    } finally {
      this.#recovering -= 1;
    }
  }

  /** Lets a paused process go on. Somebody else leads by now, so it must end by itself. */
  async #wake(index: number): Promise<void> {
    const { replicas, note, clock, signal } = this.#options;
    const paused = replicas[index]?.process;
    await paused?.kill('SIGCONT');
    note(`replica ${index} goes on`);
    const deadline = clock.monotonic() + GIVES_UP_WITHIN_MS;
    for (;;) {
      if (paused?.pid === undefined) return;
      if (clock.monotonic() > deadline) break;
      await sleep(clock, TICK_MS, signal);
    }
    this.#unfinished.push(`a leader that had lost its lease did not end within ${GIVES_UP_WITHIN_MS / 1000} s`);
    await paused.kill();
  }

  async #start(index: number): Promise<void> {
    const { replicas, env, clock, signal } = this.#options;
    const replica = replicas[index];
    const before = this.#blows;
    try {
      await replica?.process.start({ env: { ...replica.env, ...env }, signal });
      this.#lastStart = clock.monotonic();
    } catch (error) {
      // It may be struck at its crash point before it was seen to be alive.
      if (this.#blows === before) throw error;
    }
  }
}
