/**
 * What decides whether Azure has machines for a pool, as the admin API speaks of it. Durations are milliseconds.
 */

/**
 * Closes some of Azure's capacity: a create (or a scale-up) that finds every placement closed is refused or fails. Rules
 * are tried in their order; parts that are left out match everything.
 */
export interface AllocationRule {
  /** VM size, in any case. */
  readonly vmSize?: string;
  /** An availability zone (`1`, `2`, `3`), or `regional` for pools that ask for none. */
  readonly zone?: string;
  readonly priority?: 'Regular' | 'Spot';
  /** One of `ALLOCATION_CODES`, whose message, status and mode are known; any other code needs a message. */
  readonly code: string;
  readonly message?: string;
  /** `request`: the PUT is refused; `operation`: it is accepted and its operation fails. By default what Azure does. */
  readonly mode?: 'request' | 'operation';
  /** From acceptance to failure of an operation; by default `timings.operationMs`. */
  readonly afterMs?: number;
  /** How many requests it hits before it is used up; `always` by default. */
  readonly times?: number | 'always';
  /** How often it hits, 0 to 1; 1 by default. */
  readonly probability?: number;
  /** Of the dice for `probability`; 1 by default. */
  readonly seed?: number;
}

/** A rule and what has become of it. */
export interface AllocationRuleState {
  readonly rule: AllocationRule;
  readonly remaining: number | 'always';
  readonly hits: number;
}

/**
 * How allocations end on the whole, behind the rules. Dice decide, one roll for each create: the nth create under a pool
 * name ends the same way for the same seed, whatever happens to other pools in between.
 */
export interface AllocationMix {
  readonly seed: number;
  /** Share of creates that succeed, 0 to 1. */
  readonly successRate: number;
  /** How failures are spread, as weights by code; one of `ALLOCATION_CODES` each. */
  readonly weights: Readonly<Record<string, number>>;
}

/**
 * The mix that Microsoft has published for its fleet, 30 days of attempts (Azure/karpenter-provider-azure, design document
 * 0012): 27 % succeed; the weights are its shares of failures in per cent.
 */
export const PUBLISHED_ALLOCATION_MIX: AllocationMix = {
  seed: 1,
  successRate: 0.27,
  weights: {
    ErrCode_InsufficientVCPUQuota: 94.52,
    ZonalAllocationFailed: 2.73,
    AllocationFailed: 1.23,
    SkuNotAvailable: 0.81,
    OverconstrainedZonalAllocationRequest: 0.32,
  },
};

/** Codes that need no message. */
export const ALLOCATION_CODES = [
  'AllocationFailed',
  'ZonalAllocationFailed',
  'OverconstrainedAllocationRequest',
  'OverconstrainedZonalAllocationRequest',
  'SkuNotAvailable',
  'AKSCapacityHeavyUsage',
  'VMSizeNotSupported',
  'ErrCode_InsufficientVCPUQuota',
  'QuotaExceeded',
  'OperationNotAllowed',
  'ReconcileVMSSAgentPoolFailed',
  'VMExtensionProvisioningError',
] as const;
export type AllocationCode = (typeof ALLOCATION_CODES)[number];
