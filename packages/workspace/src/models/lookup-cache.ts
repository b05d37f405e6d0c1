import type { ModelLookup } from '@kaito/planner';
import type { Timer } from '@kaito/kube';

/** What is remembered of one question: a model asked for with one Secret, or without any. */
export interface Entry {
  readonly key: string;
  readonly id: string;
  readonly secretKey: string | undefined;
  lookup: ModelLookup;
  /** Only with a token is there more to learn: the plain question was refused. */
  tokenMayHelp: boolean;
  /** Attempts without an answer in a row. */
  failures: number;
  /** Monotonic milliseconds from which on the answer is old; while pending, there is none. */
  staleAt: number;
  /** Somebody has asked since the answer was last told. */
  wanted: boolean;
  timer: Timer | undefined;
}

/** Entries by key; the one that nobody has asked for the longest goes when there are too many. */
export class LookupCache {
  readonly #limit: number;
  readonly #entries = new Map<string, Entry>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The entry of a question, made when there is none. `undefined` when all that there are wait for their first answer. */
  of(id: string, secretKey: string | undefined): Entry | undefined {
    const key = secretKey === undefined ? id : `${id}\n${secretKey}`;
    const entry = this.#entries.get(key) ?? this.#make(key, id, secretKey);
    if (!entry) return undefined;
    entry.wanted = true;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  has(entry: Entry): boolean {
    return this.#entries.get(entry.key) === entry;
  }

  delete(entry: Entry): void {
    entry.timer?.cancel();
    this.#entries.delete(entry.key);
  }

  /** The entries whose answer hangs on a Secret. */
  ofSecret(secretKey: string): readonly Entry[] {
    return [...this.#entries.values()].filter(entry => entry.secretKey === secretKey);
  }

  stop(): void {
    for (const { timer } of this.#entries.values()) timer?.cancel();
  }

  #make(key: string, id: string, secretKey: string | undefined): Entry | undefined {
    if (this.#entries.size >= this.#limit) {
      const oldest = [...this.#entries.values()].find(({ lookup }) => lookup.state !== 'pending');
      if (!oldest) return undefined;
      this.delete(oldest);
    }
    const entry: Entry = {
      key,
      id,
      secretKey,
      lookup: { state: 'pending' },
      tokenMayHelp: false,
      failures: 0,
      staleAt: 0,
      wanted: true,
      timer: undefined,
    };
    this.#entries.set(key, entry);
    return entry;
  }
}
