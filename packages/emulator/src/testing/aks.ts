import { SettingsHolder } from '../admin/settings.ts';
import { AgentPools } from '../aks/agent-pools.ts';
import { ClusterPower } from '../aks/cluster-power.ts';
import { Evictions } from '../aks/evictions.ts';
import { OperationLog } from '../aks/operation.ts';
import { provisioningState } from '../aks/pool.ts';
import { PoolStore } from '../aks/pool-store.ts';
import { clusterIdentity } from '../cluster-identity.ts';
import { Allocator } from '../compute/allocation/allocator.ts';
import { Quota } from '../compute/quota.ts';
import { noMachines } from '../nodes/machines.ts';
import type { Machines } from '../nodes/machines.ts';
import { ManualClock } from './manual-clock.ts';

export const cluster = clusterIdentity({});
const timings = {
  nodeRegisterMs: 300,
  operationMs: 1500,
  gpuAppearMs: 0,
  deleteMs: 500,
  nodeRemoveMs: 200,
  powerMs: 1000,
};

export interface Aks {
  readonly clock: ManualClock;
  readonly settings: SettingsHolder;
  readonly store: PoolStore;
  readonly operations: OperationLog;
  readonly quota: Quota;
  readonly allocator: Allocator;
  readonly power: ClusterPower;
  readonly evictions: Evictions;
  readonly pools: AgentPools;
  /** What machines were told to do. */
  readonly machineCalls: string[];
  readonly state: (pool: string) => string | undefined;
}

/** AKS as the routes see it, with a clock that the test moves and machines that write down what they are told. */
export function aks(): Aks {
  const clock = new ManualClock();
  const now = (): number => clock.now();
  const holder = new SettingsHolder();
  holder.change({ timings });
  const settings = (): typeof holder.current => holder.current;
  const store = new PoolStore();
  const operations = new OperationLog();
  const quota = new Quota({ limits: () => settings().quotas, location: cluster.location, now });
  const machineCalls: string[] = [];
  const machines = recorder(machineCalls);
  const allocator = new Allocator({ cluster, settings });
  const power = new ClusterPower({ settings, store, operations, machines, now });
  const evictions = new Evictions({ settings, store, quota, machines, clock });
  const pools = new AgentPools({
    cluster,
    settings,
    store,
    operations,
    quota,
    allocator,
    power,
    machines,
    clock,
  });
  const state = (name: string): string | undefined => {
    const pool = store.get(name, clock.now());
    return pool && provisioningState(pool, clock.now());
  };
  return {
    clock,
    settings: holder,
    store,
    operations,
    quota,
    allocator,
    power,
    evictions,
    pools,
    machineCalls,
    state,
  };
}

/** The body of a PUT for one GPU machine. */
export function put(properties: object = {}): object {
  return { properties: { vmSize: 'Standard_NC6s_v3', count: 1, ...properties } };
}

function recorder(calls: string[]): Machines {
  return {
    ...noMachines,
    scale: ({ name, properties }, afterMs) => void calls.push(`scale ${name} to ${properties.count} in ${afterMs}`),
    remove: (name, afterMs) => void calls.push(`remove ${name} in ${afterMs}`),
    lose: (name, instances, after) => void calls.push(`lose ${name} ${instances.join(',')} in ${after}`),
    report: (name, instances, conditions) =>
      void calls.push(`report ${name} ${instances.join(',')} ${conditions.map(({ type }) => type).join(' ')}`),
    powerOff: after => void calls.push(`power off in ${after}`),
    powerOn: afterMs => void calls.push(`power on in ${afterMs}`),
  };
}
