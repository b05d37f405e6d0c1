import { inProgress } from './operation.ts';
import type { CloudError, Operation } from './operation.ts';

/** `properties` of an agent pool on the wire, as far as the emulator reads them; what else a caller sent is kept and echoed. */
export interface PoolProperties {
  readonly vmSize: string;
  readonly count: number;
  readonly mode: string;
  readonly osType: string;
  readonly osSKU: string;
  readonly osDiskSizeGB: number;
  readonly osDiskType: string;
  readonly maxPods: number;
  readonly nodeLabels?: Readonly<Record<string, string>>;
  readonly nodeTaints?: readonly string[];
  readonly nodeInitializationTaints?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly availabilityZones?: readonly string[];
  readonly scaleSetPriority?: string;
  readonly scaleSetEvictionPolicy?: string;
  readonly nodeImageVersion: string;
  readonly [property: string]: unknown;
}

/** An agent pool. Like its operation it is a record without a clock: the functions below tell what it is at a time. */
export interface Pool {
  readonly name: string;
  readonly properties: PoolProperties;
  readonly etag: string;
  readonly createdAt: number;
  /** The latest operation. */
  readonly operation: Operation;
  /** Zones that its machines go to, in turn; none: regional. */
  readonly placement: readonly string[];
  /** Machines that Azure has given it. A create that fails for want of capacity has none, and a PUT over it asks again. */
  readonly made: number;
  /** Machines that Azure has taken back, by index; AKS goes on counting them. */
  readonly evicted: readonly number[];
}

/** What AKS would show as `provisioningState`. */
export function provisioningState(pool: Pool, now: number): string {
  const { operation } = pool;
  return inProgress(operation, now) ? operation.kind : operation.outcome;
}

/** Why the latest operation did not succeed; undefined while it runs. */
export function provisioningError(pool: Pool, now: number): CloudError | undefined {
  return inProgress(pool.operation, now) ? undefined : pool.operation.error;
}

/** Its deletion has succeeded. */
export function isGone(pool: Pool, now: number): boolean {
  return (
    pool.operation.kind === 'Deleting' && !inProgress(pool.operation, now) && pool.operation.outcome === 'Succeeded'
  );
}

/** Machines that hold quota. */
export function machineCount({ properties, evicted }: Pool): number {
  return properties.count - evicted.length;
}

export function isSpot(properties: PoolProperties): boolean {
  return properties.scaleSetPriority === 'Spot';
}
