import type { IncomingHttpHeaders } from 'node:http';
import type { Method, RouteName } from '../admin/protocol.ts';

/** A request, read to its end. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `https://host:port` as the caller addressed us; links in answers start with it. */
  readonly origin: string;
  readonly requestId: string;
  readonly correlationId: string;
  /** Aborted when the caller goes away or the emulator stops. */
  readonly signal: AbortSignal;
}

/** What faults ask of a handler. */
export interface Interference {
  /** Read agent pools as they were so long ago. */
  readonly staleMs?: number;
  readonly failOperation?: {
    readonly code: string;
    readonly message: string;
    readonly afterMs?: number;
    readonly nodes: 'join' | 'never';
  };
}

export interface Reply {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Params = Readonly<Record<string, string>>;
export type Handler = (call: Call, params: Params, interference: Interference) => Reply;

/** `azure` routes need a token and count; `entra` routes count; `admin` routes do neither. */
export type Area = 'azure' | 'entra' | 'admin';

export interface Route {
  readonly area: Area;
  readonly method: Method;
  readonly name: RouteName;
  /** Path with `:name` for a parameter; compared without regard to case, as ARM does. */
  readonly path: string;
  readonly handle: Handler;
  /** In place of `handle`, for admin requests whose effect on the cluster is waited for. */
  readonly handleLater?: (call: Call, params: Params) => Promise<Reply>;
  /** The agent pool that a request is about, for the log and for faults. */
  readonly pool?: (params: Params) => string | undefined;
}

export interface Match {
  readonly route: Route;
  readonly params: Params;
}

/** Returns a function that finds the route of a method and path; `undefined` when there is none. */
export function router(routes: readonly Route[]): (method: string, path: string) => Match | undefined {
  const compiled = routes.map(route => ({ route, segments: route.path.split('/').slice(1) }));
  return (method, path) => {
    const given = path.replace(/\/$/, '').split('/').slice(1);
    for (const { route, segments } of compiled) {
      if (segments.length !== given.length || verb(route.method) !== method) continue;
      const params = matchSegments(segments, given);
      if (params) return { route, params };
    }
    return undefined;
  };
}

function verb(method: Method): string {
  return method === 'LIST' ? 'GET' : method;
}

function matchSegments(pattern: readonly string[], given: readonly string[]): Params | undefined {
  const params: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith(':')) {
      const decoded = decode(value);
      if (!decoded) return undefined;
      params[segment.slice(1)] = decoded;
    } else if (segment.toLowerCase() !== value.toLowerCase()) return undefined;
  }
  return params;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
