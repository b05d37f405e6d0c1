import type { AgentPool } from '@kaito/azure';

/** States of an agent pool in which AKS does nothing to it. */
const AT_REST = ['Succeeded', 'Failed', 'Canceled'];

/**
 * Why the machine in the pool is unhealthy or away for a good reason: AKS is upgrading, scaling or starting it, or somebody
 * stopped it. Undefined when there is none, also when the pool is gone.
 */
export function excuseOf(pool: AgentPool | undefined): string | undefined {
  if (pool === undefined) return undefined;
  if (pool.powerState === 'Stopped') return `agent pool ${pool.name} is stopped`;
  return AT_REST.includes(pool.provisioningState) ? undefined : `agent pool ${pool.name} is ${pool.provisioningState}`;
}

/** States in which AKS takes nodes away to bring them back under the same name or another. */
const REPLACING = ['Stopping', 'Starting', 'Updating', 'Upgrading', 'UpgradingNodeImageVersion'];

/**
 * Why AKS itself may have deleted the node of the pool, so that nobody meant the machine by it; undefined when there is no reason.
 * A pool that is still Creating has had its node for a moment only, and that it is gone is somebody's will.
 */
export function takenAwayBy(pool: AgentPool | undefined): string | undefined {
  if (pool === undefined) return undefined;
  const { powerState, provisioningState } = pool;
  return powerState === 'Stopped' || REPLACING.includes(provisioningState) ? excuseOf(pool) : undefined;
}
