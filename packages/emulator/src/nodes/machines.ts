import { isAlreadyExists, isForbidden, isInvalid, sleep } from '@kaito/kube';
import type { Clock, Logger } from '@kaito/kube';
import type { ClusterIdentity, Timings } from '../admin/protocol.ts';
import type { Pool } from '../aks/pool.ts';
import { Limiter } from './limiter.ts';
import { buildNode, gpuCapacity, nodeName } from './node.ts';
import type { NodeRegistry } from './node-registry.ts';

/** Calls to the API server at a time: enough to have a hundred Nodes in a moment, too few to drown it. */
const PARALLEL_CALLS = 32;
const RETRY_BASE_MS = 100;
const RETRY_MAX_MS = 2000;

interface Machine {
  readonly name: string;
  readonly pool: Pool;
  readonly instance: number;
  /** Aborted when the machine is to be unmade. */
  readonly life: AbortController;
  /** Settles when it does nothing more by itself. */
  running: Promise<void>;
  /** Of its Node, once that is registered. */
  uid?: string;
}

/** The machines behind the pools. */
export interface Machines {
  /** Makes as many machines as the pool counts, and unmakes what is too many, highest index first. */
  scale(pool: Pool, joinAfterMs: number): void;
  /** Unmakes all machines of a pool; those that have not joined never will. */
  remove(pool: string, nodesGoAfterMs: number): void;
  /** Names of the Nodes that are registered, of one pool or of all. */
  nodes(pool?: string): readonly string[];
  /** Ends all work; Nodes stay in the cluster as they are. */
  stop(): Promise<void>;
}

/** For an emulator without a cluster: machines that never join anything. */
export const noMachines: Machines = {
  scale: () => undefined,
  remove: () => undefined,
  nodes: () => [],
  stop: () => Promise.resolve(),
};

export interface MachinesOptions {
  readonly registry: NodeRegistry;
  readonly cluster: ClusterIdentity;
  readonly timings: () => Timings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Machines that join a cluster: each as a Node after a while, which is deleted some time after the machine is unmade. */
export class ClusterMachines implements Machines {
  readonly #options: MachinesOptions;
  readonly #limiter = new Limiter(PARALLEL_CALLS);
  readonly #pools = new Map<string, Map<number, Machine>>();
  readonly #leaving = new Set<Machine>();
  readonly #background = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: MachinesOptions) {
    this.#options = options;
  }

  scale(pool: Pool, joinAfterMs: number): void {
    const machines = this.#pools.get(pool.name) ?? new Map<number, Machine>();
    this.#pools.set(pool.name, machines);
    for (let instance = 0; instance < pool.properties.count; instance += 1) {
      if (!machines.has(instance)) machines.set(instance, this.#make(pool, instance, joinAfterMs));
    }
    for (const [instance, machine] of machines) {
      if (instance < pool.properties.count) continue;
      machines.delete(instance);
      this.#unmake(machine, this.#options.timings().nodeRemoveMs);
    }
  }

  remove(pool: string, nodesGoAfterMs: number): void {
    const machines = this.#pools.get(pool);
    this.#pools.delete(pool);
    for (const machine of machines?.values() ?? []) this.#unmake(machine, nodesGoAfterMs);
  }

  nodes(pool?: string): readonly string[] {
    const pools =
      pool === undefined ? [...this.#pools.values()] : [this.#pools.get(pool) ?? new Map<number, Machine>()];
    const machines = [...pools.flatMap(members => [...members.values()]), ...this.#leaving];
    return machines
      .filter(machine => machine.uid !== undefined && (pool === undefined || machine.pool.name === pool))
      .map(({ name }) => name);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#background);
    await this.#options.registry.close();
  }

  #make(pool: Pool, instance: number, joinAfterMs: number): Machine {
    const machine: Machine = {
      name: nodeName(pool.name, instance, this.#options.cluster),
      pool,
      instance,
      life: new AbortController(),
      running: Promise.resolve(),
    };
    machine.running = this.#inBackground(machine, () => this.#join(machine, joinAfterMs));
    return machine;
  }

  #unmake(machine: Machine, nodeGoesAfterMs: number): void {
    this.#leaving.add(machine);
    void this.#inBackground(machine, async () => {
      machine.life.abort(new Error('the machine is unmade'));
      await sleep(this.#options.clock, nodeGoesAfterMs, this.#stop.signal);
      await machine.running;
      await this.#leave(machine);
      this.#leaving.delete(machine);
    });
  }

  async #join(machine: Machine, afterMs: number): Promise<void> {
    const { cluster, timings, clock, registry } = this.#options;
    const signal = AbortSignal.any([machine.life.signal, this.#stop.signal]);
    await sleep(clock, afterMs, signal);
    const gpus = gpuCapacity(machine.pool);
    const late = timings().gpuAppearMs > 0 && Object.keys(gpus).length > 0;
    const node = buildNode(machine.pool, machine.instance, cluster, !late);
    // The call itself is not cut short when the machine is unmade: its answer says what there is to delete.
    const uid = await this.#persist(machine, signal, () => registry.register(node, this.#stop.signal));
    machine.uid = uid;
    this.#options.logger.info('Node registered', { node: machine.name, pool: machine.pool.name });
    if (!late) return;
    await this.#persist(machine, signal, () => registry.ready({ name: machine.name, uid }, signal), { limited: false });
    await sleep(clock, timings().gpuAppearMs, signal);
    await this.#persist(machine, signal, () => registry.addResources(machine.name, gpus, signal));
    this.#options.logger.info('Node shows its GPUs', { node: machine.name, pool: machine.pool.name });
  }

  async #leave(machine: Machine): Promise<void> {
    const { uid, name } = machine;
    if (uid === undefined) return;
    await this.#persist(machine, this.#stop.signal, () =>
      this.#options.registry.remove({ name, uid }, this.#stop.signal),
    );
    this.#options.logger.info('Node removed', { node: name, pool: machine.pool.name });
  }

  /** Repeats a call until it works, as kubelets and the cloud provider do; gives up on what can never work. */
  async #persist<T>(
    machine: Machine,
    signal: AbortSignal,
    call: () => Promise<T>,
    { limited }: { limited: boolean } = { limited: true },
  ): Promise<T> {
    for (let waitMs = RETRY_BASE_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
      signal.throwIfAborted();
      try {
        return await (limited ? this.#limiter.run(call) : call());
      } catch (error) {
        if (signal.aborted || isInvalid(error) || isForbidden(error)) throw error;
        // The name is taken until the Node of an earlier machine is gone: nothing to worry about.
        const level = isAlreadyExists(error) ? 'debug' : 'warn';
        this.#options.logger[level]('Node call failed, trying again', { node: machine.name, waitMs, error });
      }
      await sleep(this.#options.clock, waitMs, signal);
    }
  }

  /** Nothing that happens to a machine may end the process: what is not an abort is logged. */
  #inBackground(machine: Machine, work: () => Promise<void>): Promise<void> {
    const done = work().catch((error: unknown) => {
      const expected = this.#stop.signal.aborted || machine.life.signal.aborted;
      if (!expected) this.#options.logger.error('Machine failed', { node: machine.name, error });
    });
    this.#background.add(done);
    return done.finally(() => this.#background.delete(done));
  }
}
