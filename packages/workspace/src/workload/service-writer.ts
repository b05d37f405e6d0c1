import { keyOf, type Client, type Informer, type Pod, type Service } from '@kaito/kube';
import type { Observed } from '../observed.ts';
import { ensureServices } from './ensure-services.ts';

/** New Services that are on their way at once: the API server gives out their addresses one after the other. */
const maxCreating = 8;

export interface ServiceWriterOptions {
  readonly client: Client;
  readonly informer: Pick<Informer<Service>, 'get'>;
  /** Whether the workspace is still the one that asked, and not on its way out. */
  readonly isWanted: (observed: Observed) => boolean;
  /** Has a workspace looked at again whose Service could not be made. */
  readonly wake: (key: string) => void;
}

/** What a workspace needs of Services. */
export interface WantedServices {
  readonly desired: readonly Service[];
  /** Pods that the Service finds by a mark. */
  readonly leaders: readonly Pod[];
}

interface Job {
  readonly observed: Observed;
  readonly desired: readonly Service[];
  readonly missing: readonly Service[];
  readonly signal: AbortSignal;
}

/**
 * Writes the Services of workspaces. A new one takes the API server long where many are asked for at once, as each gets an address of
 * its own; nothing that a workspace does meanwhile waits for it. That it is there is seen by the watch.
 */
export class ServiceWriter {
  readonly #options: ServiceWriterOptions;
  readonly #waiting = new Map<string, Job>();
  readonly #creating = new Set<string>();
  readonly #failures = new Map<string, unknown>();

  constructor(options: ServiceWriterOptions) {
    this.#options = options;
  }

  /**
   * Brings the Services that are there to what is wanted, and sees that those that are not will be.
   * @throws ApiError of a change, or of the last attempt to make one
   */
  async ensure(observed: Observed, { desired, leaders }: WantedServices, signal: AbortSignal): Promise<void> {
    const { client, informer } = this.#options;
    const isNew = (service: Service): boolean => informer.get(keyOf(service)) === undefined;
    const missing = desired.filter(isNew);
    const there = desired.filter(service => !isNew(service));
    const key = keyOf(observed.workspace);
    const failure = this.#failures.get(key);
    this.#failures.delete(key);
    if (missing.length > 0) this.#waiting.set(key, { observed, desired, missing, signal });
    else this.#waiting.delete(key);
    this.#next();
    await ensureServices(observed, { desired, there, leaders }, { client, informer, signal });
    if (failure !== undefined) throw failure;
  }

  #next(): void {
    for (const [key, job] of this.#waiting) {
      if (this.#creating.size >= maxCreating) return;
      if (this.#creating.has(key)) continue;
      this.#waiting.delete(key);
      this.#creating.add(key);
      void this.#create(key, job);
    }
  }

  /** Never rejects: a failure is told to the next pass. */
  async #create(key: string, { observed, desired, missing, signal }: Job): Promise<void> {
    const { client, informer, isWanted, wake } = this.#options;
    try {
      if (!isWanted(observed)) return;
      await ensureServices(observed, { desired, there: missing, leaders: [] }, { client, informer, signal });
    } catch (error) {
      if (signal.aborted) return;
      this.#failures.set(key, error);
      wake(key);
    } finally {
      this.#creating.delete(key);
      this.#next();
    }
  }
}
