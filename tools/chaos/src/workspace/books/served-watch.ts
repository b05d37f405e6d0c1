import type { Clock } from '@kaito/kube';
import { isServing } from '../../world/view.ts';
import type { View } from '../../world/view.ts';
import type { WronglyServed } from './books.ts';

/** Times how long pods get requests though they are not Ready. */
export class ServedWatch {
  readonly #view: View;
  readonly #clock: Clock;
  readonly #since = new Map<string, number>();
  readonly #longest = new Map<string, WronglyServed>();

  constructor(view: View, clock: Clock) {
    this.#view = view;
    this.#clock = clock;
  }

  /** The longest time for each pod. */
  get found(): readonly WronglyServed[] {
    return [...this.#longest.values()];
  }

  /** Looks at every Service of the round. */
  look(): void {
    const now = this.#clock.monotonic();
    for (const service of this.#view.names) {
      const served = new Set(this.#view.served(service));
      for (const pod of this.#view.pods(service)) {
        const { name, uid = '' } = pod.metadata;
        if (!served.has(name) || isServing(pod)) {
          this.#since.delete(uid);
          continue;
        }
        const since = this.#since.get(uid) ?? now;
        this.#since.set(uid, since);
        const forMs = Math.max(now - since, this.#longest.get(uid)?.forMs ?? 0);
        this.#longest.set(uid, { service, pod: name, forMs });
      }
    }
  }
}
