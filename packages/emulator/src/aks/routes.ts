import type { ClusterIdentity, Settings } from '../admin/protocol.ts';
import { agentPoolDialect } from '../arm/api-version.ts';
import type { AgentPoolDialect } from '../arm/api-version.ts';
import { invalidRequestContent } from '../arm/errors.ts';
import { checkCluster } from '../arm/scope.ts';
import type { Call, Interference, Params, Reply, Route } from '../http/route.ts';
import type { AgentPools } from './agent-pools.ts';
import type { ClusterPower } from './cluster-power.ts';
import { poolNotFound } from './errors.ts';
import { operationLinks } from './operation-links.ts';
import type { PoolStore } from './pool-store.ts';
import { preconditionsOf } from './preconditions.ts';
import type { Preconditions } from './preconditions.ts';
import { renderCluster, renderPool } from './render.ts';
import type { View } from './render.ts';
import type { Operation } from './operation.ts';

export interface AksOptions {
  readonly cluster: ClusterIdentity;
  readonly settings: () => Settings;
  readonly store: PoolStore;
  readonly agentPools: AgentPools;
  readonly power: ClusterPower;
  readonly now: () => number;
}

const CLUSTER =
  '/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.ContainerService/managedClusters/:cluster';
const POOLS = `${CLUSTER}/agentPools`;
const POOL = `${POOLS}/:pool`;

/** Microsoft.ContainerService: agent pools and the managed cluster. */
export function aksRoutes(options: AksOptions): readonly Route[] {
  const { cluster } = options;
  /** Checks what every request of this provider must have: a known cluster and api-version. */
  const route = (
    method: Route['method'],
    name: Route['name'],
    path: string,
    handle: (request: AksRequest) => Reply,
  ): Route => ({
    area: 'azure',
    method,
    name,
    path,
    pool: ({ pool }) => pool,
    handle: (call, params, interference) => {
      const dialect = agentPoolDialect(call.query);
      checkCluster(params, cluster);
      return handle({ call, pool: params['pool'] ?? '', dialect, interference });
    },
  });
  return [
    route('GET', 'managedClusters', CLUSTER, request => getCluster(request, options)),
    route('POST', 'managedClusters/stop', `${CLUSTER}/stop`, ({ call }) =>
      accepted(options.power.stop(), call, options),
    ),
    route('POST', 'managedClusters/start', `${CLUSTER}/start`, ({ call }) =>
      accepted(options.power.start(), call, options),
    ),
    route('LIST', 'agentPools', POOLS, request => listPools(request, options)),
    route('GET', 'agentPools', POOL, request => getPool(request, options)),
    route('PUT', 'agentPools', POOL, request => putPool(request, options)),
    route('DELETE', 'agentPools', POOL, request => deletePool(request, options)),
    route('POST', 'agentPools/abort', `${POOL}/abort`, request => abortPool(request, options)),
  ];
}

interface AksRequest {
  readonly call: Call;
  /** Name of the pool; empty where there is none in the path. */
  readonly pool: Params[string];
  readonly dialect: AgentPoolDialect;
  readonly interference: Interference;
}

function viewAt(now: number, { dialect }: AksRequest, { power }: AksOptions): View {
  return { now, dialect, power: power.at(now) };
}

function getCluster(request: AksRequest, options: AksOptions): Reply {
  const { cluster, store, settings, now } = options;
  const view = viewAt(now(), request, options);
  // Inside the cluster a pool has no envelope: its properties stand beside its name.
  const pools = store.list(view.now).map(pool => ({ name: pool.name, ...renderPool(pool, cluster, view).properties }));
  return { status: 200, body: renderCluster(cluster, pools, { maxAgentPools: settings().poolCap, power: view.power }) };
}

function getPool(request: AksRequest, options: AksOptions): Reply {
  const { pool: name, interference } = request;
  const at = options.now() - (interference.staleMs ?? 0);
  const pool = options.store.get(name, at);
  if (!pool) throw poolNotFound(name);
  return { status: 200, body: renderPool(pool, options.cluster, viewAt(at, request, options)) };
}

/** A page holds what comes after the name in the token, so that pools which come and go in between shift nothing. */
function listPools(request: AksRequest, options: AksOptions): Reply {
  const { call, interference } = request;
  const { cluster, store, settings, now } = options;
  const at = now() - (interference.staleMs ?? 0);
  const token = call.query.get('$skipToken');
  const after = token === null ? '' : Buffer.from(token, 'base64url').toString('utf8');
  const rest = store.list(at).filter(({ name }) => name > after);
  const page = rest.slice(0, settings().pageSize);
  const last = page.at(-1);
  const view = viewAt(at, request, options);
  const more = last !== undefined && rest.length > page.length;
  return {
    status: 200,
    body: {
      value: page.map(pool => renderPool(pool, cluster, view)),
      ...(more && { nextLink: nextLink(call, last.name) }),
    },
  };
}

function nextLink(call: Call, after: string): string {
  const query = new URLSearchParams(call.query);
  query.set('$skipToken', Buffer.from(after).toString('base64url'));
  return `${call.origin}${call.path}?${query.toString()}`;
}

function putPool(request: AksRequest, options: AksOptions): Reply {
  const { call, pool: name, dialect, interference } = request;
  const { cluster, agentPools, settings, now } = options;
  const body = parseBody(call.body);
  const { pool, created } = agentPools.put(name, body, { ...preconditions(call, dialect), interference });
  return {
    status: created ? 201 : 200,
    body: renderPool(pool, cluster, viewAt(now(), request, options)),
    headers: operationLinks(pool.operation, { call, cluster, settings: settings() }).status,
  };
}

function deletePool({ call, pool: name, dialect, interference }: AksRequest, options: AksOptions): Reply {
  const { agentPools } = options;
  const pool = agentPools.delete(name, { ...preconditions(call, dialect), interference });
  if (!pool) return { status: 204 };
  return accepted(pool.operation, call, options);
}

/** 202 with both headers that lead to an operation. */
function accepted(operation: Operation, call: Call, { cluster, settings }: AksOptions): Reply {
  const links = operationLinks(operation, { call, cluster, settings: settings() });
  return { status: 202, headers: { ...links.status, ...links.result } };
}

function abortPool({ call, pool: name }: AksRequest, { cluster, agentPools, settings }: AksOptions): Reply {
  const pool = agentPools.abort(name);
  const links = operationLinks(pool.operation, { call, cluster, settings: settings() });
  return { status: 202, headers: links.result };
}

/** Conditional headers did not exist yet in old api-versions, and are not looked at there. */
function preconditions(call: Call, dialect: AgentPoolDialect): Preconditions {
  return dialect.etag ? preconditionsOf(call.headers) : {};
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw invalidRequestContent(error instanceof Error ? error.message : String(error));
  }
}
