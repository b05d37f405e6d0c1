import type {
  ApplyOptions,
  CallOptions,
  Client,
  CreateOptions,
  DeleteOptions,
  EvictOptions,
  ListOptions,
  ObjectList,
  PatchOptions,
  PodLogOptions,
  WatchEvent,
  WatchOptions,
} from '../client/client.ts';
import type { KubeObject, ObjectKey } from '../client/object.ts';
import type { Resource } from '../client/resource.ts';

/** Hears of each object that the server answered with. */
export type WriteObserver = <T extends KubeObject>(resource: Resource<T>, object: T) => void;

/** A client whose writes and lists are known to the cache as soon as they are answered, before the watch tells of them. */
export class WriteThroughClient implements Client {
  readonly #client: Client;
  readonly #observe: WriteObserver;

  constructor(client: Client, observe: WriteObserver) {
    this.#client = client;
    this.#observe = observe;
  }

  get server(): string {
    return this.#client.server;
  }

  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: CallOptions): Promise<T> {
    return this.#client.get(resource, key, options);
  }

  /** What was read past the cache is known to it as well: it cannot be behind that any more. */
  async list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<ObjectList<T>> {
    const list = await this.#client.list(resource, options);
    for (const item of list.items) this.#observe(resource, item);
    return list;
  }

  async create<T extends KubeObject>(resource: Resource<T>, object: T, options?: CreateOptions): Promise<T> {
    return this.#seen(resource, await this.#client.create<T>(resource, object, options));
  }

  async apply<T extends KubeObject>(resource: Resource<T>, object: T, options: ApplyOptions): Promise<T> {
    const answer = await this.#client.apply<T>(resource, object, options);
    return options.dryRun === true ? answer : this.#seen(resource, answer);
  }

  // oxlint-disable-next-line eslint/max-params -- as in Client
  async patch<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: object,
    options?: PatchOptions,
  ): Promise<T> {
    return this.#seen(resource, await this.#client.patch(resource, key, patch, options));
  }

  delete(resource: Resource, key: ObjectKey, options?: DeleteOptions): Promise<void> {
    return this.#client.delete(resource, key, options);
  }

  evict(key: ObjectKey, options?: EvictOptions): Promise<void> {
    return this.#client.evict(key, options);
  }

  podLogs(key: ObjectKey, options: PodLogOptions): Promise<string> {
    return this.#client.podLogs(key, options);
  }

  watch<T extends KubeObject>(resource: Resource<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>> {
    return this.#client.watch(resource, options);
  }

  // oxlint-disable-next-line eslint/max-params -- as in Client
  raw(method: string, path: string, body?: unknown, options?: CallOptions): Promise<unknown> {
    return this.#client.raw(method, path, body, options);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #seen<T extends KubeObject>(resource: Resource<T>, answer: T): T {
    // Some subresources answer with another kind, such as Scale.
    if (answer.kind === resource.kind) this.#observe(resource, answer);
    return answer;
  }
}
