import type { Client, Selection } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { resourceName } from '../client/resource.ts';
import type { Resource } from '../client/resource.ts';
import { systemClock } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import { untilAborted } from '../clock/until-aborted.ts';
import type { Logger } from '../log/logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { Counter, Metrics } from '../metrics/metrics.ts';
import type { Informer, InformerOptions } from './informer.ts';
import { reflectorMetrics } from './reflector-metrics.ts';
import { Reflector } from './reflector.ts';
import { SharedInformer } from './shared-informer.ts';
import { WriteThroughClient } from './write-through-client.ts';

export interface CacheOptions {
  readonly client: Client;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly clock?: Clock | undefined;
  /** Gives numbers in [0, 1) for jitter; Math.random when absent. */
  readonly random?: (() => number) | undefined;
  /** Freezes all cached objects, so that code which changes one fails. On by default under NODE_ENV=test. */
  readonly freeze?: boolean | undefined;
}

/** A kind in the cache, as far as it does not matter which type its objects have. */
interface Part {
  readonly informer: {
    readonly resource: Resource;
    readonly size: number;
    hasSynced(): boolean;
    observe(object: KubeObject): void;
  };
  readonly reflector: { run(signal: AbortSignal): Promise<void> };
  readonly transform: unknown;
}

/** One list and watch for each kind, shared by everyone in the process. */
export class Cache {
  /** Writes through it are in the informers as soon as they are answered: a reconcile reads its own writes. */
  readonly client: Client;
  readonly #options: CacheOptions;
  readonly #metrics: Metrics;
  readonly #handlerErrors: Counter<'resource'>;
  readonly #parts = new Map<string, Part>();
  readonly #running = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #signal: AbortSignal | undefined;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#metrics = options.metrics ?? createMetrics({ processMetrics: false });
    this.#handlerErrors = this.#metrics.counter({
      name: 'informer_errors_total',
      help: 'Number of event handlers, index functions and transforms that failed.',
      labels: ['resource'],
    });
    this.client = new WriteThroughClient(options.client, (resource, object) => this.#observe(resource, object));
    this.#countObjects();
  }

  /**
   * The informer of a kind: the same one for the same resource and selection. Works before and after `start`.
   * @throws RangeError when it exists with another transform, or an index of the same name with another function.
   */
  informer<T extends KubeObject>(resource: Resource<T>, options: InformerOptions<T> = {}): Informer<T> {
    const { indexers, transform, ...selection } = options;
    const key = partKey(resource, selection);
    const part = this.#parts.get(key) ?? this.#create(resource, selection, transform);
    if (part.transform !== transform) {
      throw new RangeError(`The informer of ${resourceName(resource)} exists with another transform`);
    }
    if (!this.#parts.has(key)) {
      this.#parts.set(key, part);
      if (this.#signal) this.#run(part, this.#signal);
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key holds the resource, which has the type
    const informer = part.informer as unknown as SharedInformer<T>;
    if (indexers) informer.addIndexers(indexers);
    return informer;
  }

  /**
   * Keeps all informers up to date until `signal` is aborted; resolves when every watch is closed.
   * @throws Error when it is started twice.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#signal) throw new Error('The cache has been started before');
    this.#signal = signal;
    for (const part of this.#parts.values()) this.#run(part, signal);
    await untilAborted(signal);
    await Promise.all(this.#running);
  }

  /** Whether every informer has its first full state. */
  hasSynced(): boolean {
    return this.unsynced().length === 0;
  }

  /** The kinds whose first full state has not come yet. */
  unsynced(): string[] {
    const waiting = [...this.#parts.values()].filter(({ informer }) => !informer.hasSynced());
    return waiting.map(({ informer }) => resourceName(informer.resource));
  }

  /**
   * Resolves when every informer has its first full state.
   * @throws the signal's reason when it is aborted before that.
   */
  async synced(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.hasSynced()) return;
    await new Promise<void>((resolve, reject) => {
      const finish = (end: () => void): void => {
        this.#waiting.delete(check);
        signal?.removeEventListener('abort', onAbort);
        end();
      };
      const check = (): void => {
        if (this.hasSynced()) finish(resolve);
      };
      const onAbort = (): void => finish(() => reject(signal?.reason));
      this.#waiting.add(check);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #create<T extends KubeObject>(
    resource: Resource<T>,
    selection: Selection,
    transform: ((object: T) => T) | undefined,
  ): Part {
    const { logger, client, clock = systemClock, random = Math.random } = this.#options;
    const freeze = this.#options.freeze ?? process.env['NODE_ENV'] === 'test';
    const handlerErrors = this.#handlerErrors;
    const informer = new SharedInformer<T>({ resource, selection, transform, freeze, logger, handlerErrors });
    const sink = {
      replace: (items: readonly T[], version: string) => {
        informer.replace(items, version);
        for (const check of this.#waiting) check();
      },
      change: informer.change.bind(informer),
      advance: informer.advance.bind(informer),
    };
    const metrics = reflectorMetrics(this.#metrics, resourceName(resource));
    const reflector = new Reflector<T>({ client, resource, selection, sink, logger, clock, random, metrics });
    return { informer, reflector, transform };
  }

  #run(part: Part, signal: AbortSignal): void {
    const running = part.reflector.run(signal);
    this.#running.add(running);
  }

  #observe<T extends KubeObject>(resource: Resource<T>, object: T): void {
    for (const { informer } of this.#parts.values()) {
      if (isSameKind(informer.resource, resource)) informer.observe(object);
    }
  }

  #countObjects(): void {
    const objects = this.#metrics.gauge({
      name: 'informer_objects',
      help: 'Number of objects in the cache.',
      labels: ['resource'],
    });
    this.#metrics.onCollect(() => {
      const counts = new Map<string, number>();
      for (const { informer } of this.#parts.values()) {
        const name = resourceName(informer.resource);
        counts.set(name, (counts.get(name) ?? 0) + informer.size);
      }
      for (const [resource, count] of counts) objects.set({ resource }, count);
    });
  }
}

function isSameKind(a: Resource, b: Resource): boolean {
  return a.group === b.group && a.version === b.version && a.plural === b.plural;
}

function partKey(resource: Resource, { namespace, labelSelector, fieldSelector }: Selection): string {
  return JSON.stringify([resource.group, resource.version, resource.plural, namespace, labelSelector, fieldSelector]);
}
