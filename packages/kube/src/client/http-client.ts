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
} from './client.ts';
import { isGone } from './api-error.ts';
import { transportFailure } from './failure.ts';
import { parseJson } from './json.ts';
import type { KubeObject, ObjectKey } from './object.ts';
import { keyOf } from './object.ts';
import { apiVersionOf, collectionPath, objectPath, resourceName } from './resource.ts';
import type { Resource } from './resource.ts';
import type { Transport, TransportRequest } from './transport.ts';
import { linesOf, parseWatchEvent } from './watch-stream.ts';
import { pods } from './builtin-resources.ts';

/** What client-go's reflectors ask for; a page of this size keeps both sides' memory small. */
const PAGE_SIZE = 500;

/** Content types of PATCH (Kubernetes API concepts, patches). JSON is valid YAML, so apply sends JSON as well. */
const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

interface RawList<T> {
  readonly items?: readonly T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

interface Page<T> extends ObjectList<T> {
  /** Token of the next page. */
  readonly next: string | undefined;
}

/** The client over a transport: knows paths, queries and content types, and nothing about connections. */
export class HttpClient implements Client {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get server(): string {
    return this.#transport.server;
  }

  async get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options: CallOptions = {}): Promise<T> {
    const call = callName('get', resource, key);
    return this.#json<T>({ ...limits(options), call, method: 'GET', path: objectPath(resource, key) });
  }

  async list<T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    const { resourceVersion } = options;
    const limit = options.limit ?? (resourceVersion === undefined ? PAGE_SIZE : undefined);
    let page = await this.#page(resource, options, { limit, resourceVersion });
    const { items } = page;
    try {
      while (page.next) {
        page = await this.#page(resource, options, { limit, continue: page.next });
        for (const item of page.items) items.push(item);
      }
    } catch (error) {
      if (!isGone(error)) throw error;
      // The pages took longer than the server keeps versions: one whole answer cannot expire.
      return this.#page(resource, options, {});
    }
    return { items, resourceVersion: page.resourceVersion };
  }

  async create<T extends KubeObject>(resource: Resource<T>, object: T, options: CreateOptions = {}): Promise<T> {
    const path = collectionPath(resource, object.metadata.namespace);
    return this.#json<T>({
      ...limits(options),
      call: callName('create', resource, object.metadata),
      method: 'POST',
      path: withQuery(path, { fieldManager: options.fieldManager }),
      body: JSON.stringify(typed(resource, object)),
      contentType: 'application/json',
    });
  }

  async apply<T extends KubeObject>(resource: Resource<T>, object: T, options: ApplyOptions): Promise<T> {
    const { fieldManager, force, subresource, dryRun } = options;
    // The server refuses an applied object that carries managed fields.
    const { managedFields: _, ...metadata } = object.metadata;
    return this.#json<T>({
      ...limits(options),
      call: callName('apply', resource, metadata, subresource),
      method: 'PATCH',
      path: withQuery(objectPath(resource, metadata, subresource), {
        fieldManager,
        force,
        ...(dryRun === true && { dryRun: 'All' }),
      }),
      body: JSON.stringify({ ...typed(resource, object), metadata }),
      contentType: PATCH_TYPES.apply,
    });
  }

  // oxlint-disable-next-line eslint/max-params -- resource, key, patch and options are what a patch is
  async patch<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: object,
    options: PatchOptions = {},
  ): Promise<T> {
    const { type = 'merge', subresource, fieldManager } = options;
    return this.#json<T>({
      ...limits(options),
      call: callName('patch', resource, key, subresource),
      method: 'PATCH',
      path: withQuery(objectPath(resource, key, subresource), { fieldManager }),
      body: JSON.stringify(patch),
      contentType: PATCH_TYPES[type],
    });
  }

  async delete(resource: Resource, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    const { propagationPolicy, gracePeriodSeconds } = options;
    const body = { ...preconditions(options), propagationPolicy, gracePeriodSeconds };
    await this.#transport.send({
      ...limits(options),
      call: callName('delete', resource, key),
      method: 'DELETE',
      path: objectPath(resource, key),
      body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', ...body }),
      contentType: 'application/json',
    });
  }

  async evict(key: ObjectKey, options: EvictOptions = {}): Promise<void> {
    const deleteOptions = { ...preconditions(options), gracePeriodSeconds: options.gracePeriodSeconds };
    await this.#transport.send({
      ...limits(options),
      call: callName('evict', pods, key),
      method: 'POST',
      path: objectPath(pods, key, 'eviction'),
      body: JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: key, deleteOptions }),
      contentType: 'application/json',
    });
  }

  async podLogs(key: ObjectKey, options: PodLogOptions): Promise<string> {
    const { container, previous, tailLines, limitBytes } = options;
    const { text } = await this.#transport.send({
      ...limits(options),
      call: callName('get', pods, key, 'log'),
      method: 'GET',
      path: withQuery(objectPath(pods, key, 'log'), { container, previous, tailLines, limitBytes }),
    });
    return text;
  }

  async *watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>> {
    const { signal, namespace, ...rest } = options;
    const call = `watch ${resourceName(resource)}`;
    const path = withQuery(collectionPath(resource, namespace), watchQuery(rest));
    try {
      // Leaving the loop early destroys the stream, and with it the request.
      const body = await this.#transport.stream({ call, method: 'GET', path, signal });
      for await (const line of linesOf(call, body)) yield parseWatchEvent<T>(call, line);
    } catch (error) {
      throw transportFailure(call, error, { aborted: signal?.aborted ?? false, expired: false });
    }
  }

  // oxlint-disable-next-line eslint/max-params -- a request is method, path, body and options
  async raw(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<unknown> {
    const call = `${method} ${path}`;
    const { text, contentType } = await this.#transport.send({
      ...limits(options),
      call,
      method,
      path,
      ...(body === undefined ? {} : { body: JSON.stringify(body), contentType: 'application/json' }),
    });
    return contentType.startsWith('application/json') ? parseAnswer<unknown>(call, text) : text;
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #page<T extends KubeObject>(resource: Resource<T>, options: ListOptions, paging: Query): Promise<Page<T>> {
    const { namespace, labelSelector, fieldSelector } = options;
    const path = withQuery(collectionPath(resource, namespace), { labelSelector, fieldSelector, ...paging });
    const call = `list ${resourceName(resource)}`;
    const { items, metadata = {} } = await this.#json<RawList<T>>({ ...limits(options), call, method: 'GET', path });
    return {
      // Items of a list do not carry their type; with it they are like the objects of a watch.
      items: (items ?? []).map(item => typed(resource, item)),
      resourceVersion: metadata.resourceVersion ?? '',
      next: metadata.continue,
    };
  }

  async #json<T>(request: TransportRequest): Promise<T> {
    const { text } = await this.#transport.send(request);
    return parseAnswer<T>(request.call, text);
  }
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as parseJson
function parseAnswer<T>(call: string, text: string): T {
  try {
    return parseJson<T>(text);
  } catch (error) {
    throw transportFailure(call, error, { aborted: false, expired: false });
  }
}

function limits({ signal, timeoutMs }: CallOptions): Pick<TransportRequest, 'signal' | 'timeoutMs'> {
  return { signal, timeoutMs };
}

function typed<T extends KubeObject>(resource: Resource<T>, object: T): T {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object };
}

function callName(verb: string, resource: Resource, key: ObjectKey, subresource?: string): string {
  const name = subresource ? `${resourceName(resource)}/${subresource}` : resourceName(resource);
  return `${verb} ${name} "${keyOf({ metadata: key })}"`;
}

function preconditions({
  uid,
  resourceVersion,
}: {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
}): object {
  return uid || resourceVersion ? { preconditions: { uid, resourceVersion } } : {};
}

function watchQuery(options: Omit<WatchOptions, 'signal' | 'namespace'>): Query {
  const { sendInitialEvents, ...query } = options;
  return {
    watch: true,
    allowWatchBookmarks: true,
    ...query,
    ...(sendInitialEvents ? { sendInitialEvents, resourceVersionMatch: 'NotOlderThan' } : {}),
  };
}

function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size > 0 ? `${path}?${search.toString()}` : path;
}
