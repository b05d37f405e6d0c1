import type { AgentPools } from '../aks/agent-pools.ts';
import type { ClusterPower } from '../aks/cluster-power.ts';
import type { Evictions } from '../aks/evictions.ts';
import { isSpot, provisioningError, provisioningState } from '../aks/pool.ts';
import type { Pool } from '../aks/pool.ts';
import type { PoolStore } from '../aks/pool-store.ts';
import type { Allocator } from '../compute/allocation/allocator.ts';
import { readAllocationRule } from '../compute/allocation/read-allocation.ts';
import type { Quota } from '../compute/quota.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { readFault } from '../faults/read-fault.ts';
import type { RequestLog } from '../http/request-log.ts';
import type { Call, Params, Reply, Route } from '../http/route.ts';
import { ServiceError } from '../http/service-error.ts';
import type { Machines } from '../nodes/machines.ts';
import type { ClusterIdentity, EmulatorState, PoolState } from './protocol.ts';
import { json } from './read.ts';
import { readConditions, readEviction } from './read-node.ts';
import { readSeed } from './read-seed.ts';
import { readSettingsPatch } from './settings.ts';
import type { SettingsHolder } from './settings.ts';

export interface AdminOptions {
  readonly cluster: ClusterIdentity;
  readonly settings: SettingsHolder;
  readonly store: PoolStore;
  readonly agentPools: AgentPools;
  readonly power: ClusterPower;
  readonly evictions: Evictions;
  readonly allocator: Allocator;
  readonly machines: Machines;
  readonly quota: Quota;
  readonly faults: FaultPlan;
  readonly log: RequestLog;
  readonly now: () => number;
}

/** The admin API. It has no authentication: the emulator listens on a loopback address only. */
export function adminRoutes(options: AdminOptions): readonly Route[] {
  const { settings, agentPools, power, evictions, machines, faults, log, now } = options;
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
    route('POST', '/pools/:pool/evict', (call, { pool = '' }) => ({
      status: 200,
      body: evictions.evict(pool, readEviction(json(call.body), 'eviction')),
    })),
    route('POST', '/cluster/stop', () => {
      power.stop();
      return { status: 200, body: power.at(now()) };
    }),
    route('POST', '/cluster/start', () => {
      power.start();
      return { status: 200, body: power.at(now()) };
    }),
    {
      ...route('PUT', '/nodes/:node/conditions', () => done),
      handleLater: async (call, { node = '' }) => {
        const conditions = readConditions(json(call.body), 'conditions');
        if (!(await machines.reportNode(node, conditions, call.signal))) throw nodeNotFound(node);
        return done;
      },
    },
    ...allocationRoutes(options),
  ];
}

const done: Reply = { status: 204 };

/** Rules live in the settings; here they are added one by one, and show what has become of them. */
function allocationRoutes({ settings, allocator }: AdminOptions): readonly Route[] {
  return [
    route('GET', '/allocation-rules', () => ({ status: 200, body: allocator.rules() })),
    route('POST', '/allocation-rules', call => {
      const rule = readAllocationRule(json(call.body), 'rule');
      settings.change({ allocationRules: [...settings.current.allocationRules, rule] });
      return { status: 201, body: rule };
    }),
    route('DELETE', '/allocation-rules', () => {
      settings.change({ allocationRules: [] });
      return done;
    }),
  ];
}

function nodeNotFound(node: string): ServiceError {
  const message = `There is no Node '${node}' of a machine that the emulator runs; GET state for their names.`;
  return new ServiceError('nested', 404, { code: 'NodeNotFound', message });
}

function route(method: Route['method'], path: string, handle: (call: Call, params: Params) => Reply): Route {
  return { area: 'admin', method, name: 'admin', path: `/_emulator${path}`, handle };
}

function stateOf(options: AdminOptions): EmulatorState {
  const { cluster, settings, store, power, machines, quota, faults, now } = options;
  return {
    cluster,
    power: power.at(now()),
    settings: settings.current,
    pools: store.list(now()).map(pool => describePool(pool, options)),
    nodes: machines.nodes(),
    usage: quota.inUse,
    faults: faults.list(),
  };
}

function describePool(pool: Pool, { machines, now }: AdminOptions): PoolState {
  const { name, properties, etag, createdAt, evicted } = pool;
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
    priority: isSpot(properties) ? 'Spot' : 'Regular',
    zones: properties.availabilityZones ?? [],
    evicted,
    createdAt,
    nodes: machines.nodes(name),
  };
}
