import type { Clock, Logger } from '@kaito/kube';
import type { ClusterIdentity, NodeConditionPatch, NodeRule, Timings } from '../admin/protocol.ts';
import type { Pool } from '../aks/pool.ts';
import { Limiter } from './limiter.ts';
import { Machine } from './machine.ts';
import type { MachineContext } from './machine.ts';
import type { NodeRegistry } from './node-registry.ts';

/** Calls to the API server at a time: enough to have a hundred Nodes in a moment, too few to drown it. */
const PARALLEL_CALLS = 32;

/** The machines behind the pools. */
export interface Machines {
  /** Makes the machines that a pool counts and has not, and unmakes what is too many, highest index first. */
  scale(pool: Pool, joinAfterMs: number): void;
  /** Unmakes all machines of a pool; those that have not joined never will. */
  remove(pool: string, nodesGoAfterMs: number): void;
  /** Takes machines from a pool without a word. `never`: they are only stopped, and their Nodes stay. */
  lose(pool: string, instances: readonly number[], nodesGoAfterMs: number | 'never'): void;
  /** Stops all machines. `never`: their Nodes stay, NotReady. */
  powerOff(nodesGoAfterMs: number | 'never'): void;
  /** Starts all machines, with the names that they had. */
  powerOn(joinAfterMs: number): void;
  /** Has machines of a pool write conditions into the status of their Nodes, in the background. */
  report(pool: string, instances: readonly number[], conditions: readonly NodeConditionPatch[]): void;
  /** Writes conditions into the status of a Node; false when it is none of ours. */
  reportNode(node: string, conditions: readonly NodeConditionPatch[], signal: AbortSignal): Promise<boolean>;
  /** Names of the Nodes that are registered, of one pool or of all. */
  nodes(pool?: string): readonly string[];
  /** Ends all work; Nodes stay in the cluster as they are. */
  stop(): Promise<void>;
}

/** For an emulator without a cluster: machines that never join anything. */
export const noMachines: Machines = {
  scale: () => undefined,
  remove: () => undefined,
  lose: () => undefined,
  powerOff: () => undefined,
  powerOn: () => undefined,
  report: () => undefined,
  reportNode: () => Promise.resolve(false),
  nodes: () => [],
  stop: () => Promise.resolve(),
};

export interface MachinesOptions {
  readonly registry: NodeRegistry;
  readonly cluster: ClusterIdentity;
  readonly timings: () => Timings;
  /** How machines misbehave; none by default. */
  readonly rules?: () => readonly NodeRule[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Machines that join a cluster: each as a Node after a while, which is deleted some time after the machine is unmade. */
export class ClusterMachines implements Machines {
  readonly #context: MachineContext;
  readonly #pools = new Map<string, Map<number, Machine>>();
  readonly #leaving = new Set<Machine>();
  readonly #reports = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: MachinesOptions) {
    const limiter = new Limiter(PARALLEL_CALLS);
    this.#context = { rules: () => [], ...options, limiter, stopping: this.#stop.signal };
  }

  scale(pool: Pool, joinAfterMs: number): void {
    const machines = this.#pools.get(pool.name) ?? new Map<number, Machine>();
    this.#pools.set(pool.name, machines);
    for (let instance = 0; instance < pool.properties.count; instance += 1) {
      if (machines.has(instance)) continue;
      const machine = new Machine(pool, instance, this.#context);
      machines.set(instance, machine);
      machine.run(joinAfterMs);
    }
    for (const [instance, machine] of machines) {
      if (instance < pool.properties.count) continue;
      machines.delete(instance);
      this.#unmake(machine, this.#context.timings().nodeRemoveMs);
    }
  }

  remove(pool: string, nodesGoAfterMs: number): void {
    const machines = this.#pools.get(pool);
    this.#pools.delete(pool);
    for (const machine of machines?.values() ?? []) this.#unmake(machine, nodesGoAfterMs);
  }

  lose(pool: string, instances: readonly number[], nodesGoAfterMs: number | 'never'): void {
    for (const machine of this.#some(pool, instances)) {
      if (nodesGoAfterMs === 'never') machine.halt('never');
      else {
        this.#pools.get(pool)?.delete(machine.instance);
        this.#unmake(machine, nodesGoAfterMs, { silent: true });
      }
    }
  }

  powerOff(nodesGoAfterMs: number | 'never'): void {
    for (const machine of this.#all()) machine.halt(nodesGoAfterMs);
  }

  powerOn(joinAfterMs: number): void {
    for (const machine of this.#all()) machine.run(joinAfterMs);
  }

  report(pool: string, instances: readonly number[], conditions: readonly NodeConditionPatch[]): void {
    const { logger } = this.#context;
    for (const machine of this.#some(pool, instances)) {
      const report = machine.report(conditions, this.#stop.signal).catch((error: unknown) => {
        if (!this.#stop.signal.aborted) logger.warn('Node report failed', { node: machine.name, error });
      });
      this.#reports.add(report);
      void report.finally(() => this.#reports.delete(report));
    }
  }

  async reportNode(node: string, conditions: readonly NodeConditionPatch[], signal: AbortSignal): Promise<boolean> {
    const machine = this.#all().find(({ name }) => name === node);
    if (!machine?.node) return false;
    await machine.report(conditions, AbortSignal.any([signal, this.#stop.signal]));
    return true;
  }

  nodes(pool?: string): readonly string[] {
    return [...this.#all(), ...this.#leaving]
      .filter(machine => machine.node !== undefined && (pool === undefined || machine.pool.name === pool))
      .map(({ name }) => name);
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the emulator is stopping'));
    await Promise.all([...this.#all(), ...this.#leaving].map(({ idle }) => idle));
    await Promise.all(this.#reports);
    await this.#context.registry.close();
  }

  #all(): readonly Machine[] {
    return [...this.#pools.values()].flatMap(members => [...members.values()]);
  }

  #some(pool: string, instances: readonly number[]): readonly Machine[] {
    const machines = this.#pools.get(pool);
    return instances.map(instance => machines?.get(instance)).filter(machine => machine !== undefined);
  }

  #unmake(
    machine: Machine,
    nodeGoesAfterMs: number,
    { silent }: { readonly silent: boolean } = { silent: false },
  ): void {
    this.#leaving.add(machine);
    void machine.unmake(nodeGoesAfterMs, { silent }).finally(() => this.#leaving.delete(machine));
  }
}
