import { randomUUID } from 'node:crypto';
import type { ClusterIdentity, PoolSeed } from '../admin/protocol.ts';
import type { VmSize } from '../compute/vm-sizes.ts';
import type { Operation } from './operation.ts';
import type { Pool } from './pool.ts';
import { readPool } from './read-pool.ts';

const DEFAULT_SIZE = 'Standard_D4s_v5';

/**
 * A pool that is there without a request, in the state that the seed says.
 * @throws ServiceError 400 when its size, labels or taints are none that AKS takes.
 */
export function seededPool(
  name: string,
  seed: PoolSeed,
  cluster: ClusterIdentity,
  now: number,
): { readonly pool: Pool; readonly size: VmSize } {
  const body = {
    properties: {
      vmSize: seed.vmSize ?? DEFAULT_SIZE,
      count: seed.count ?? 1,
      mode: seed.mode ?? 'User',
      nodeLabels: seed.labels,
      nodeTaints: seed.taints,
      tags: seed.tags,
      availabilityZones: seed.zones,
      scaleSetPriority: seed.priority,
      osDiskSizeGB: seed.osDiskSizeGb,
    },
  };
  const { properties, size } = readPool(name, body, cluster);
  const pool: Pool = {
    name,
    properties,
    etag: randomUUID(),
    createdAt: seed.createdAt ?? now,
    operation: seededOperation(name, seed, now),
    placement: properties.availabilityZones ?? [],
    made: (seed.provisioningState ?? 'Succeeded') === 'Succeeded' ? properties.count : 0,
    evicted: [],
  };
  return { pool, size };
}

function seededOperation(pool: string, seed: PoolSeed, now: number): Operation {
  const state = seed.provisioningState ?? 'Succeeded';
  return {
    id: randomUUID(),
    pool,
    kind: 'Creating',
    startedAt: now,
    endsAt: state === 'Creating' ? Number.POSITIVE_INFINITY : now,
    outcome: state === 'Creating' ? 'Succeeded' : state,
    ...(seed.provisioningError && { error: seed.provisioningError }),
  };
}
