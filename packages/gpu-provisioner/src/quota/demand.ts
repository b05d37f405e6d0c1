/** The usage counter for all on-demand cores of a location, and the one for all spot cores (Compute usages API). */
export const REGIONAL_COUNTER = 'cores';
export const SPOT_COUNTER = 'lowPriorityCores';
/** Ours: agent pools of the cluster, which AKS caps (AKS docs, quotas and limits). */
export const POOL_COUNTER = 'agentPools';

/** What one machine takes of what is limited. */
export interface Demand {
  readonly vcpus: number;
  /** Usage counter of the VM family; empty where it is not known, which then limits nothing. */
  readonly family: string;
  readonly spot: boolean;
}

/** The counter that is too low for a demand, with the numbers that a person needs to act. */
export interface Shortage {
  /** Name of the usage counter, or `agentPools`. */
  readonly counter: string;
  /** As the Azure portal calls it. */
  readonly displayName: string;
  readonly needed: number;
  /** What is left: the limit without what others use and what our own claims hold or are about to take. Never negative. */
  readonly free: number;
  readonly limit: number;
  /**
   * The smallest limit under which the demand would be met. Not above `limit` while Azure's counters still settle: then the
   * limit may well be enough, and the next readings tell.
   */
  readonly limitNeeded: number;
}
