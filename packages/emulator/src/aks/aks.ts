import type { Clock } from '@kaito/kube';
import type { ClusterIdentity } from '../admin/protocol.ts';
import type { SettingsHolder } from '../admin/settings.ts';
import { Allocator } from '../compute/allocation/allocator.ts';
import { Quota } from '../compute/quota.ts';
import type { Machines } from '../nodes/machines.ts';
import { AgentPools } from './agent-pools.ts';
import { ClusterPower } from './cluster-power.ts';
import { Evictions } from './evictions.ts';
import { OperationLog } from './operation.ts';
import { PoolStore } from './pool-store.ts';

export interface AksOptions {
  readonly cluster: ClusterIdentity;
  readonly settings: SettingsHolder;
  readonly machines: Machines;
  readonly clock: Clock;
}

/** What AKS and Compute know and do, behind the routes. */
export interface Aks {
  readonly store: PoolStore;
  readonly operations: OperationLog;
  readonly quota: Quota;
  readonly allocator: Allocator;
  readonly power: ClusterPower;
  readonly evictions: Evictions;
  readonly agentPools: AgentPools;
}

/** Puts the parts together, over machines that are given. */
export function createAks({ cluster, settings: holder, machines, clock }: AksOptions): Aks {
  const settings = (): typeof holder.current => holder.current;
  const now = (): number => clock.now();
  const store = new PoolStore();
  const operations = new OperationLog();
  const quota = new Quota({ limits: () => settings().quotas, location: cluster.location, now });
  const allocator = new Allocator({ cluster, settings });
  const power = new ClusterPower({ settings, store, operations, machines, now });
  const evictions = new Evictions({ settings, store, quota, machines, clock });
  const common = { cluster, settings, store, operations, machines, clock };
  const agentPools = new AgentPools({ ...common, quota, allocator, power });
  return { store, operations, quota, allocator, power, evictions, agentPools };
}
