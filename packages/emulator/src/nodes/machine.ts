import { isAlreadyExists, isForbidden, isInvalid, sleep } from '@kaito/kube';
import type { Clock, Logger } from '@kaito/kube';
import { namesPool } from '../admin/pool-pattern.ts';
import type { ClusterIdentity, NodeConditionPatch, NodeRule, Timings } from '../admin/protocol.ts';
import type { Pool } from '../aks/pool.ts';
import { NOT_READY, READY, UNREACHABLE } from './conditions.ts';
import type { Limiter } from './limiter.ts';
import { buildNode, gpuCapacity, nodeName } from './node.ts';
import type { NodeRef, NodeRegistry } from './node-registry.ts';

const RETRY_BASE_MS = 100;
const RETRY_MAX_MS = 2000;
/** How often a kubelet reports that is not ready; the node controller takes one for lost after 50 s. */
const HEARTBEAT_MS = 20_000;

export interface MachineContext {
  readonly registry: NodeRegistry;
  readonly limiter: Limiter;
  readonly cluster: ClusterIdentity;
  readonly timings: () => Timings;
  readonly rules: () => readonly NodeRule[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the emulator stops. */
  readonly stopping: AbortSignal;
}

type Behaviour = Omit<NodeRule, 'pool'>;

/** One machine and its Node. It does one thing at a time: whatever it is told to do cuts short what it does. */
export class Machine {
  readonly name: string;
  readonly pool: Pool;
  readonly instance: number;
  readonly #context: MachineContext;
  #life = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #uid: string | undefined;
  /** GPUs that its Node is still to show. */
  #hiddenGpus: Readonly<Record<string, string>> = {};

  constructor(pool: Pool, instance: number, context: MachineContext) {
    this.name = nodeName(pool.name, instance, context.cluster);
    this.pool = pool;
    this.instance = instance;
    this.#context = context;
  }

  /** Its Node, once that is registered. */
  get node(): NodeRef | undefined {
    return this.#uid === undefined ? undefined : { name: this.name, uid: this.#uid };
  }

  /** Resolves when it does nothing more by itself. */
  get idle(): Promise<void> {
    return this.#work;
  }

  /** Has its Node join after a while; one that is there already is Ready again. */
  run(afterMs: number): void {
    void this.#next(afterMs, async signal => {
      const rule = this.#rule();
      if (!(this.node && (await this.#revive(this.node, rule, signal)))) await this.#join(rule, signal);
      await this.#live(rule, signal);
    });
  }

  /** Falls silent; its Node becomes NotReady at once, and is deleted after a while unless that is `never`. */
  halt(nodeGoesAfterMs: number | 'never'): void {
    void this.#next(0, async signal => {
      await this.#fallSilent(signal);
      if (nodeGoesAfterMs === 'never') return;
      await sleep(this.#context.clock, nodeGoesAfterMs, signal);
      await this.#leave();
    });
  }

  /** Is unmade: its Node is deleted after a while. `silent`: without a word, so that the Node is NotReady until then. */
  unmake(nodeGoesAfterMs: number, { silent }: { readonly silent: boolean }): Promise<void> {
    const { clock } = this.#context;
    const due = clock.monotonic() + nodeGoesAfterMs;
    return this.#next(0, async signal => {
      if (silent) await this.#fallSilent(signal);
      await sleep(clock, Math.max(0, due - clock.monotonic()), signal);
      await this.#leave();
    });
  }

  /** Writes conditions into its Node's status; nothing without a Node. */
  async report(conditions: readonly NodeConditionPatch[], signal: AbortSignal): Promise<void> {
    if (this.node) await this.#context.registry.report(this.node, conditions, signal);
  }

  async #join({ join, joinAfterMs = 0, ready, gpu }: Behaviour, signal: AbortSignal): Promise<void> {
    const { cluster, timings, clock, registry, stopping, logger } = this.#context;
    if (join === 'never') return;
    if (joinAfterMs > 0) await sleep(clock, joinAfterMs, signal);
    const gpus = gpu === 'never' ? {} : gpuCapacity(this.pool);
    const late = timings().gpuAppearMs > 0;
    const node = buildNode(this.pool, this.instance, cluster, {
      gpus: !late && gpu !== 'never',
      played: ready !== 'never',
    });
    // The call itself is not cut short when the machine is unmade: its answer says what there is to delete.
    this.#uid = await this.#persist(signal, () => registry.register(node, stopping));
    this.#hiddenGpus = late ? gpus : {};
    logger.info('Node registered', { node: this.name, pool: this.pool.name });
  }

  /** Has its Node Ready again; false when somebody has deleted it, so that it must join anew. */
  async #revive(node: NodeRef, { ready }: Behaviour, signal: AbortSignal): Promise<boolean> {
    const conditions = ready === 'never' ? NOT_READY : READY;
    const found = await this.#persist(signal, () => this.#context.registry.report(node, conditions, signal));
    if (!found) this.#uid = undefined;
    return found;
  }

  /** What it does once its Node is there: shows its GPUs, or goes on being not ready. */
  async #live({ ready }: Behaviour, signal: AbortSignal): Promise<void> {
    const { node } = this;
    const { registry, timings, clock, logger } = this.#context;
    if (!node) return;
    if (ready === 'never') return this.#limp(node, signal);
    const gpus = this.#hiddenGpus;
    if (Object.keys(gpus).length === 0) return;
    await this.#persist(signal, () => registry.ready(node, signal), { limited: false });
    await sleep(clock, timings().gpuAppearMs, signal);
    await this.#persist(signal, () => registry.addResources(this.name, gpus, signal));
    this.#hiddenGpus = {};
    logger.info('Node shows its GPUs', { node: this.name, pool: this.pool.name });
  }

  /** Goes on reporting that it is not ready, until it is cut short. */
  async #limp(node: NodeRef, signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#persist(signal, () => this.#context.registry.report(node, NOT_READY, signal));
      await sleep(this.#context.clock, HEARTBEAT_MS, signal);
    }
  }

  async #fallSilent(signal: AbortSignal): Promise<void> {
    const { node } = this;
    if (node) await this.#persist(signal, () => this.#context.registry.report(node, UNREACHABLE, signal));
  }

  async #leave(): Promise<void> {
    const { node } = this;
    const { registry, stopping, logger } = this.#context;
    if (!node) return;
    await this.#persist(stopping, () => registry.remove(node, stopping));
    this.#uid = undefined;
    logger.info('Node removed', { node: this.name, pool: this.pool.name });
  }

  #rule(): Behaviour {
    return this.#context.rules().find(({ pool }) => namesPool(pool, this.pool.name)) ?? {};
  }

  /**
   * Cuts short what it does and goes on to something else. Nothing that happens to a machine may end the process: what is
   * not an abort is logged.
   */
  #next(afterMs: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { stopping, clock, logger } = this.#context;
    const before = this.#work;
    this.#life.abort(new Error('the machine goes on to something else'));
    this.#life = new AbortController();
    const signal = AbortSignal.any([this.#life.signal, stopping]);
    const run = async (): Promise<void> => {
      // Both are waited for to their end: what was cut short may still be making a Node.
      await Promise.allSettled([before, afterMs > 0 ? sleep(clock, afterMs, signal) : undefined]);
      signal.throwIfAborted();
      await work(signal);
    };
    this.#work = run().catch((error: unknown) => {
      if (!signal.aborted) logger.error('Machine failed', { node: this.name, error });
    });
    return this.#work;
  }

  /** Repeats a call until it works, as kubelets and the cloud provider do; gives up on what can never work. */
  async #persist<T>(
    signal: AbortSignal,
    call: () => Promise<T>,
    { limited }: { readonly limited: boolean } = { limited: true },
  ): Promise<T> {
    const { limiter, clock, logger } = this.#context;
    for (let waitMs = RETRY_BASE_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
      signal.throwIfAborted();
      try {
        return await (limited ? limiter.run(call) : call());
      } catch (error) {
        if (signal.aborted || isInvalid(error) || isForbidden(error)) throw error;
        // The name is taken until the Node of an earlier machine is gone: nothing to worry about.
        const level = isAlreadyExists(error) ? 'debug' : 'warn';
        logger[level]('Node call failed, trying again', { node: this.name, waitMs, error });
      }
      await sleep(clock, waitMs, signal);
    }
  }
}
