import type { AgentPools } from '../aks/agent-pools.ts';
import { provisioningError, provisioningState } from '../aks/pool.ts';
import type { Pool } from '../aks/pool.ts';
import type { PoolStore } from '../aks/pool-store.ts';
import type { Quota } from '../compute/quota.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { readFault } from '../faults/read-fault.ts';
import type { RequestLog } from '../http/request-log.ts';
import type { Call, Params, Reply, Route } from '../http/route.ts';
import type { Machines } from '../nodes/machines.ts';
import type { ClusterIdentity, EmulatorState, PoolState } from './protocol.ts';
import { json } from './read.ts';
import { readSeed } from './read-seed.ts';
import { readSettingsPatch } from './settings.ts';
import type { SettingsHolder } from './settings.ts';

export interface AdminOptions {
  readonly cluster: ClusterIdentity;
  readonly settings: SettingsHolder;
  readonly store: PoolStore;
  readonly agentPools: AgentPools;
  readonly machines: Machines;
  readonly quota: Quota;
  readonly faults: FaultPlan;
  readonly log: RequestLog;
  readonly now: () => number;
}

/** The admin API. It has no authentication: the emulator listens on a loopback address only. */
export function adminRoutes(options: AdminOptions): readonly Route[] {
  const { settings, agentPools, faults, log } = options;
  const done: Reply = { status: 204 };
  return [
    route('GET', '/health', () => ({ status: 200, body: { status: 'ok' } })),
    route('GET', '/state', () => ({ status: 200, body: stateOf(options) })),
    route('GET', '/requests', () => ({ status: 200, body: log.report() })),
    route('POST', '/requests/reset', () => {
      log.reset();
      return done;
    }),
    route('GET', '/faults', () => ({ status: 200, body: faults.list() })),
    route('POST', '/faults', call => ({ status: 201, body: faults.add(readFault(json(call.body), 'fault')) })),
    route('DELETE', '/faults', () => {
      faults.clear();
      return done;
    }),
    route('PATCH', '/settings', call => ({
      status: 200,
      body: settings.change(readSettingsPatch(json(call.body), 'settings')),
    })),
    route('PUT', '/pools/:pool', (call, { pool = '' }) => ({
      status: 200,
      body: describePool(agentPools.seed(pool, readSeed(json(call.body), 'pool')), options),
    })),
  ];
}

function route(method: Route['method'], path: string, handle: (call: Call, params: Params) => Reply): Route {
  return { area: 'admin', method, name: 'admin', path: `/_emulator${path}`, handle };
}

function stateOf(options: AdminOptions): EmulatorState {
  const { cluster, settings, store, machines, quota, faults, now } = options;
  return {
    cluster,
    settings: settings.current,
    pools: store.list(now()).map(pool => describePool(pool, options)),
    nodes: machines.nodes(),
    usage: quota.inUse,
    faults: faults.list(),
  };
}

function describePool(pool: Pool, { machines, now }: AdminOptions): PoolState {
  const { name, properties, etag, createdAt } = pool;
  const error = provisioningError(pool, now());
  return {
    name,
    vmSize: properties.vmSize,
    count: properties.count,
    mode: properties.mode,
    provisioningState: provisioningState(pool, now()),
    ...(error && { provisioningError: error }),
    etag,
    labels: properties.nodeLabels ?? {},
    taints: properties.nodeTaints ?? [],
    tags: properties.tags ?? {},
    createdAt,
    nodes: machines.nodes(name),
  };
}
