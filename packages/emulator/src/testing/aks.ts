import { SettingsHolder } from '../admin/settings.ts';
import { createAks } from '../aks/aks.ts';
import type { Aks } from '../aks/aks.ts';
import { provisioningState } from '../aks/pool.ts';
import { clusterIdentity } from '../cluster-identity.ts';
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

export interface TestAks extends Omit<Aks, 'agentPools'> {
  readonly clock: ManualClock;
  readonly settings: SettingsHolder;
  readonly pools: Aks['agentPools'];
  /** What machines were told to do. */
  readonly machineCalls: string[];
  readonly state: (pool: string) => string | undefined;
}

/** AKS as the routes see it, with a clock that the test moves and machines that write down what they are told. */
export function aks(): TestAks {
  const clock = new ManualClock();
  const settings = new SettingsHolder();
  settings.change({ timings });
  const machineCalls: string[] = [];
  const { agentPools: pools, ...parts } = createAks({ cluster, settings, machines: recorder(machineCalls), clock });
  const state = (name: string): string | undefined => {
    const pool = parts.store.get(name, clock.now());
    return pool && provisioningState(pool, clock.now());
  };
  return { ...parts, clock, settings, pools, machineCalls, state };
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
