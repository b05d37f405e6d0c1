import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '@kaito/kube';
import type { ClusterIdentity, PoolSeed, Settings } from '../admin/protocol.ts';
import { allocationRefusal } from '../compute/allocation/allocation-fault.ts';
import type { Allocator } from '../compute/allocation/allocator.ts';
import type { Demand, Quota } from '../compute/quota.ts';
import { findVmSize } from '../compute/vm-sizes.ts';
import type { Interference } from '../http/route.ts';
import type { Machines } from '../nodes/machines.ts';
import { anotherOperation, lastSystemPool, nothingToAbort, poolCountReached, poolNotFound } from './errors.ts';
import { checkImmutable } from './immutable.ts';
import { cancel, inProgress } from './operation.ts';
import type { CloudError, Operation, OperationKind, OperationLog } from './operation.ts';
import type { ClusterPower } from './cluster-power.ts';
import { isGone, isSpot, machineCount, provisioningState } from './pool.ts';
import type { Pool, PoolProperties } from './pool.ts';
import type { PoolStore } from './pool-store.ts';
import { checkPreconditions } from './preconditions.ts';
import type { Preconditions } from './preconditions.ts';
import { readPool } from './read-pool.ts';
import { seededPool } from './seeded-pool.ts';

export interface AgentPoolsOptions {
  readonly cluster: ClusterIdentity;
  readonly settings: () => Settings;
  readonly store: PoolStore;
  readonly operations: OperationLog;
  readonly quota: Quota;
  readonly allocator: Allocator;
  readonly power: ClusterPower;
  readonly machines: Machines;
  readonly clock: Clock;
}

interface Write extends Preconditions {
  readonly interference?: Interference;
}

/**
 * What happens to agent pools: checks a request in the order in which AKS does, starts the operation, and has machines
 * made and unmade. Each call is done when it returns; what takes time is written into the operation.
 */
export class AgentPools {
  readonly #options: AgentPoolsOptions;
  readonly #timers = new Set<Timer>();
  /** Whose operation was started last: with exclusive operations it is the only one that can be in progress. */
  #latest: string | undefined;

  constructor(options: AgentPoolsOptions) {
    this.#options = options;
  }

  /** Creates or replaces a pool. @throws ServiceError when AKS would refuse. */
  put(name: string, body: unknown, write: Write): { readonly pool: Pool; readonly created: boolean } {
    const { cluster, settings, store, quota, power, machines } = this.#options;
    const now = this.#settle(name);
    const existing = store.get(name, now);
    checkPreconditions(existing, write);
    const { properties, size } = readPool(name, body, cluster, settings());
    if (existing) {
      this.#checkIdle(existing, now);
      checkImmutable(existing.properties, properties);
    } else if (store.size >= settings().poolCap) throw poolCountReached(settings().poolCap);
    this.#checkExclusive(name, now);
    const demand: Demand = {
      size,
      machines: properties.count - (existing ? machineCount(existing) : 0),
      spot: isSpot(properties),
    };
    quota.check(demand);
    power.checkWrite(name, 'creating or updating agent pool');
    const missing = { ...demand, machines: properties.count - (existing?.made ?? 0) };
    const { placement, interference } = this.#allocate(name, properties, missing, write.interference);
    quota.add(demand);
    const operation = this.#start(name, kindOfWrite(existing, properties), interference);
    const pool: Pool = {
      name,
      properties,
      etag: randomUUID(),
      createdAt: existing?.createdAt ?? now,
      operation,
      placement: placement ?? existing?.placement ?? [],
      made: madeBy(properties, existing, interference),
      evicted: [],
    };
    store.put(pool, now);
    if (machinesCome(settings(), interference)) machines.scale(pool, settings().timings.nodeRegisterMs);
    return { pool, created: existing === undefined };
  }

  /** Asks for machines, if there are to be more. @throws ServiceError when Azure refuses them at once. */
  #allocate(
    pool: string,
    { availabilityZones: zones = [] }: PoolProperties,
    demand: Demand,
    interference: Interference = {},
  ): { readonly placement?: readonly string[]; readonly interference: Interference } {
    // A fault that was injected decides alone.
    if (demand.machines <= 0 || interference.failOperation) return { interference };
    const answer = this.#options.allocator.place({ ...demand, pool, zones });
    if (!('fault' in answer)) return { placement: answer.zones, interference };
    if (answer.fault.mode === 'request') throw allocationRefusal(answer.fault);
    return { interference: { ...interference, failOperation: { ...answer.fault, nodes: 'never' } } };
  }

  /**
   * Starts a deletion, which takes over from whatever else is in progress; one that is under way is returned as it is.
   * @returns undefined when there is no such pool.
   * @throws ServiceError when AKS would refuse.
   */
  delete(name: string, write: Write): Pool | undefined {
    const { settings, store, power, machines } = this.#options;
    const now = this.#settle(name);
    const existing = store.get(name, now);
    if (!existing) return undefined;
    checkPreconditions(existing, write);
    if (provisioningState(existing, now) === 'Deleting') return existing;
    if (existing.properties.mode === 'System' && !this.#hasOtherSystemPool(existing, now)) throw lastSystemPool();
    this.#checkExclusive(name, now);
    power.checkWrite(name, 'deleting agent pool');
    this.#preempt(existing, now, {
      code: 'AKSOperationPreemptedByDelete',
      message: `The operation on agent pool ${name} was overridden and canceled by its deletion.`,
    });
    const operation = this.#start(name, 'Deleting', write.interference);
    const pool: Pool = { ...existing, etag: randomUUID(), operation };
    store.put(pool, now);
    if (operation.outcome === 'Succeeded') {
      machines.remove(name, settings().timings.nodeRemoveMs);
      this.#settleAt(name, operation.endsAt - now);
    }
    return pool;
  }

  /** Cancels what is in progress on a pool. @throws ServiceError 404 without the pool, 409 with nothing in progress. */
  abort(name: string): Pool {
    const { store, machines } = this.#options;
    const now = this.#settle(name);
    const existing = store.get(name, now);
    if (!existing) throw poolNotFound(name);
    if (!inProgress(existing.operation, now)) throw nothingToAbort(name);
    const operation = this.#preempt(existing, now);
    const unmade = existing.operation.kind === 'Creating';
    const pool: Pool = { ...existing, etag: randomUUID(), operation, ...(unmade && { made: 0 }) };
    store.put(pool, now);
    if (unmade) machines.remove(name, 0);
    return pool;
  }

  /** Puts a pool in place past every check but that of its name and size. */
  seed(name: string, seed: PoolSeed): Pool {
    const { cluster, store, operations, quota, machines } = this.#options;
    const now = this.#settle(name);
    const existing = store.get(name, now);
    const { pool, size } = seededPool(name, seed, cluster, now);
    if (existing) this.#release(existing);
    quota.add({ size, machines: pool.properties.count, spot: isSpot(pool.properties) });
    operations.put(pool.operation);
    store.put(pool, now);
    const joins =
      seed.nodes ?? (pool.operation.outcome === 'Succeeded' && !inProgress(pool.operation, now) ? 'join' : 'never');
    if (joins === 'join') machines.scale(pool, 0);
    return pool;
  }

  /** Forgets all timers. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #start(pool: string, kind: OperationKind, interference: Interference = {}): Operation {
    const { settings, operations, clock } = this.#options;
    const { failOperation } = interference;
    const { operationMs, deleteMs } = settings().timings;
    const startedAt = clock.now();
    const operation: Operation = {
      id: randomUUID(),
      pool,
      kind,
      startedAt,
      endsAt: startedAt + (failOperation?.afterMs ?? (kind === 'Deleting' ? deleteMs : operationMs)),
      outcome: failOperation ? 'Failed' : 'Succeeded',
      ...(failOperation && { error: { code: failOperation.code, message: failOperation.message } }),
    };
    operations.put(operation);
    this.#latest = pool;
    return operation;
  }

  #preempt(pool: Pool, now: number, error?: CloudError): Operation {
    const canceled = cancel(pool.operation, now, error);
    this.#options.operations.put(canceled);
    return canceled;
  }

  #checkIdle(pool: Pool, now: number): void {
    if (inProgress(pool.operation, now)) throw anotherOperation(pool.name, pool.operation.kind);
  }

  #checkExclusive(name: string, now: number): void {
    if (!this.#options.settings().exclusiveOperations || this.#latest === undefined || this.#latest === name) return;
    const other = this.#options.store.get(this.#latest, now);
    if (other) this.#checkIdle(other, now);
  }

  #hasOtherSystemPool(pool: Pool, now: number): boolean {
    return this.#options.store
      .list(now)
      .some(
        ({ name, properties, operation }) =>
          name !== pool.name && properties.mode === 'System' && operation.kind !== 'Deleting',
      );
  }

  /** Clears away what a finished deletion leaves behind; called before every write, and when a deletion ends. */
  #settle(name: string): number {
    const { store, clock } = this.#options;
    const now = clock.now();
    const pool = store.record(name);
    if (pool && isGone(pool, now)) {
      this.#release(pool);
      store.remove(name, now);
    }
    return now;
  }

  /** Gives back the quota that a pool holds from its acceptance until it is gone. */
  #release(pool: Pool): void {
    const size = findVmSize(pool.properties.vmSize);
    if (size) this.#options.quota.add({ size, machines: -machineCount(pool), spot: isSpot(pool.properties) });
  }

  #settleAt(name: string, afterMs: number): void {
    const timer = this.#options.clock.setTimeout(() => {
      this.#timers.delete(timer);
      this.#settle(name);
    }, afterMs);
    this.#timers.add(timer);
  }
}

function kindOfWrite(existing: Pool | undefined, properties: PoolProperties): OperationKind {
  if (!existing) return 'Creating';
  return existing.properties.count === properties.count ? 'Updating' : 'Scaling';
}

function madeBy({ count }: PoolProperties, existing: Pool | undefined, { failOperation }: Interference): number {
  return failOperation?.nodes === 'never' ? Math.min(count, existing?.made ?? 0) : count;
}

function machinesCome({ nodes }: Settings, { failOperation }: Interference = {}): boolean {
  return nodes === 'join' && failOperation?.nodes !== 'never';
}
