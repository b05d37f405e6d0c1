import { ignoreNotFound, keyOf, secrets, type Client, type Clock, type ObjectKey } from '@kaito/kube';
import type { ObservedSecret } from '../observed.ts';

/** How long an answer holds, in milliseconds: a Secret that is missing is waited for, one that is there seldom goes. */
const HOLDS_MS = { present: 300_000, missing: 10_000 };
/** Answers that are kept; the oldest go first. */
const MAX_KEPT = 5000;

interface Answer {
  readonly at: number;
  readonly secret: ObservedSecret;
}

/**
 * Knows which keys the Secrets have that workspaces name. It asks for one at a time by its name, so that the controller needs no
 * right to list Secrets, and forgets their content at once.
 */
export class SecretKeys {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #answers = new Map<string, Answer>();

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * The keys of a Secret, from memory while the last answer holds.
   * @param needed a key without which the Secret is as good as none, so that it is soon asked for again
   * @throws ApiError when the API server cannot be asked
   */
  async of(key: ObjectKey, signal: AbortSignal, needed?: string): Promise<ObservedSecret> {
    const id = keyOf({ metadata: key });
    const known = this.#answers.get(id);
    const now = this.#clock.monotonic();
    const isWhole = known?.secret.keys !== undefined && (needed === undefined || known.secret.keys.includes(needed));
    if (known && now - known.at < (isWhole ? HOLDS_MS.present : HOLDS_MS.missing)) return known.secret;
    const found = await ignoreNotFound(this.#client.get(secrets, key, { signal }));
    const secret = { name: key.name, ...(found && { keys: Object.keys(found.data ?? {}).toSorted() }) };
    this.#answers.delete(id);
    this.#answers.set(id, { at: now, secret });
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MAX_KEPT) break;
      this.#answers.delete(oldest);
    }
    return secret;
  }
}
