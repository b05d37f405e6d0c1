import type { Clock, Timer } from '@kaito/kube';
import type { EvictionReport, EvictionRequest, Settings } from '../admin/protocol.ts';
import type { Quota } from '../compute/quota.ts';
import { findVmSize } from '../compute/vm-sizes.ts';
import type { Machines } from '../nodes/machines.ts';
import { preemptionNotice } from '../nodes/preemption-notice.ts';
import { notSpot, poolNotFound } from './errors.ts';
import { isSpot, provisioningState } from './pool.ts';
import type { Pool } from './pool.ts';
import type { PoolStore } from './pool-store.ts';

export interface EvictionsOptions {
  readonly settings: () => Settings;
  readonly store: PoolStore;
  readonly quota: Quota;
  readonly machines: Machines;
  readonly clock: Clock;
}

/** Spot machines that Azure takes back. Their pool stays as it is, with its count, as AKS leaves it. */
export class Evictions {
  readonly #options: EvictionsOptions;
  readonly #timers = new Set<Timer>();

  constructor(options: EvictionsOptions) {
    this.#options = options;
  }

  /** Takes machines back, after a notice when one is asked for. @throws ServiceError 404 without the pool, 400 when it is not Spot. */
  evict(name: string, { noticeMs = 0, instance }: EvictionRequest): EvictionReport {
    const { store, machines, clock } = this.#options;
    const now = clock.now();
    const pool = store.get(name, now);
    if (!pool) throw poolNotFound(name);
    if (!isSpot(pool.properties)) throw notSpot(name);
    const instances = machinesOf(pool).filter(index => instance === undefined || index === instance);
    if (noticeMs > 0) {
      machines.report(pool.name, instances, preemptionNotice(now + noticeMs));
      const timer = clock.setTimeout(() => {
        this.#timers.delete(timer);
        this.#lose(pool, instances);
      }, noticeMs);
      this.#timers.add(timer);
    } else this.#lose(pool, instances);
    return { pool: pool.name, instances, policy: policyOf(pool) };
  }

  /** Forgets all timers. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #lose({ name, createdAt }: Pool, instances: readonly number[]): void {
    const { settings, store, quota, machines, clock } = this.#options;
    const now = clock.now();
    const pool = store.get(name, now);
    // Deleted in the meantime, or another pool by now.
    if (!pool || pool.createdAt !== createdAt || provisioningState(pool, now) === 'Deleting') return;
    const lost = machinesOf(pool).filter(index => instances.includes(index));
    if (policyOf(pool) === 'Deallocate') {
      // Machines that are only stopped hold their quota, and their Nodes stay.
      machines.lose(name, lost, 'never');
      return;
    }
    store.put({ ...pool, made: pool.made - lost.length, evicted: [...pool.evicted, ...lost] }, now);
    const size = findVmSize(pool.properties.vmSize);
    if (size) quota.add({ size, machines: -lost.length, spot: true });
    machines.lose(name, lost, settings().timings.nodeRemoveMs);
  }
}

function machinesOf({ made, evicted }: Pool): readonly number[] {
  return Array.from({ length: made + evicted.length }, (_, index) => index).filter(index => !evicted.includes(index));
}

function policyOf({ properties }: Pool): EvictionReport['policy'] {
  return properties.scaleSetEvictionPolicy === 'Deallocate' ? 'Deallocate' : 'Delete';
}
