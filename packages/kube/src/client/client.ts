import type { KubeObject, ObjectKey } from './object.ts';
import type { Resource } from './resource.ts';

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Limit of this call in milliseconds, instead of the client's (30 s). A watch has none. */
  readonly timeoutMs?: number | undefined;
}

/** Which objects of a kind. */
export interface Selection {
  /** One namespace; all when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends CallOptions, Selection {
  /** Objects per page, not in total: all pages are followed. */
  readonly limit?: number | undefined;
  /** `0` allows an answer from the API server's watch cache, which may be a little old. Only without `limit`. */
  readonly resourceVersion?: string | undefined;
}

export interface ObjectList<T> {
  readonly items: T[];
  /** Where a watch carries on from this list. */
  readonly resourceVersion: string;
}

export interface CreateOptions extends CallOptions {
  readonly fieldManager?: string | undefined;
}

export interface ApplyOptions extends CallOptions {
  readonly fieldManager: string;
  /** Takes over fields that another manager owns instead of failing with a conflict. */
  readonly force?: boolean | undefined;
  readonly subresource?: 'status' | undefined;
  /** Only asks what the server would say: nothing is stored. */
  readonly dryRun?: boolean | undefined;
}

export interface PatchOptions extends CallOptions {
  /** `merge` is a JSON merge patch (RFC 7386, the default), `json` a list of operations (RFC 6902). */
  readonly type?: 'merge' | 'json' | undefined;
  readonly subresource?: string | undefined;
  readonly fieldManager?: string | undefined;
}

export interface DeleteOptions extends CallOptions {
  /** Delete only the object with this uid; another one of the same name is a conflict. */
  readonly uid?: string | undefined;
  /** Delete only this version. */
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

export interface EvictOptions extends CallOptions {
  readonly uid?: string | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

/** Which part of a container's log. */
export interface PodLogOptions extends CallOptions {
  /** Required by the API server when the pod has several containers. */
  readonly container?: string | undefined;
  /** The log of the container's run before the present one. */
  readonly previous?: boolean | undefined;
  /** At most so many lines, the last that there are. */
  readonly tailLines: number;
  /** At most so many bytes, counted from the first of these lines: too small a number cuts off the newest lines. */
  readonly limitBytes: number;
}

export interface WatchOptions extends Selection {
  readonly signal?: AbortSignal | undefined;
  /** The version to carry on from; absent means "from now". */
  readonly resourceVersion?: string | undefined;
  /** First send all that exists, then a bookmark with `initialEventsEnd`, then changes (streaming list). */
  readonly sendInitialEvents?: boolean | undefined;
  /** The server ends the watch cleanly after about this long. */
  readonly timeoutSeconds?: number | undefined;
}

/** One event of a watch. A bookmark only says how far the watch has come. */
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean };

/**
 * The Kubernetes API in raw JSON, so that no field is lost on the way. Whatever goes wrong, every method throws
 * `ApiError`: an answer of the server, no answer (`NetworkError`), none in time (`Timeout`), or given up (`Aborted`).
 */
export interface Client {
  /** `https://host:port`, for messages. */
  readonly server: string;
  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: CallOptions): Promise<T>;
  /** All objects of the selection: follows `continue`, and starts again when a page token has expired. */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<ObjectList<T>>;
  create<T extends KubeObject>(resource: Resource<T>, object: NoInfer<T>, options?: CreateOptions): Promise<T>;
  /** Server-side apply: creates or updates the fields that `object` holds, owned by `fieldManager`. */
  apply<T extends KubeObject>(resource: Resource<T>, object: NoInfer<T>, options: ApplyOptions): Promise<T>;
  patch<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, patch: object, options?: PatchOptions): Promise<T>;
  delete(resource: Resource, key: ObjectKey, options?: DeleteOptions): Promise<void>;
  /** Asks for the eviction of a pod. `ApiError` with code 429 when a disruption budget forbids it now. */
  evict(key: ObjectKey, options?: EvictOptions): Promise<void>;
  /**
   * What a container has written, as far as it is there now. `ApiError` with code 400 when the container has not started,
   * or has had no run before where `previous` is asked for.
   */
  podLogs(key: ObjectKey, options: PodLogOptions): Promise<string>;
  /** Events until the server ends the watch; then the iteration is over. Throws when the stream breaks or reports an error. */
  watch<T extends KubeObject>(resource: Resource<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Any other path, such as `/readyz`. Gives parsed JSON, or the text when the answer is not JSON. */
  raw(method: string, path: string, body?: unknown, options?: CallOptions): Promise<unknown>;
  /** Ends all connections. Calls after that fail. */
  close(): Promise<void>;
}
