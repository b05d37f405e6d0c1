import type { FaultAdvice } from './fault-advice.ts';

const ALLOCATION = 'Azure Compute docs, "Troubleshoot allocation failures"';
const SPOT = 'Azure Compute docs, "Error messages for Azure Spot Virtual Machines and scale sets"';
const QUOTA = 'Azure docs, "Increase VM-family vCPU quotas"';

/** What cannot be had: quota, machines, sizes, room in the cluster. */
export const capacityAdvice: readonly FaultAdvice[] = [
  {
    kind: 'quota',
    pattern: /\blow-?priority ?(?:cores|quota)|\bLowPriorityQuota/i,
    nextStep:
      'ask for more "Total Regional Spot vCPUs" (Azure portal, Quotas), or let the claim take on-demand machines as well',
    source: QUOTA,
  },
  {
    kind: 'quota',
    nextStep:
      'ask for a limit of at least {required} vCPUs for {family} in {region} (Azure portal, Quotas; to see what is used: az vm list-usage --location {region})',
    source: QUOTA,
  },
  {
    kind: 'quota',
    nextStep:
      'ask for at least {missing} more vCPUs for {family} in {region} (Azure portal, Quotas; to see what is used: az vm list-usage --location {region})',
    source: QUOTA,
  },

  {
    kind: 'capacity',
    pattern: /\bOverconstrainedZonalAllocationRequest\b/i,
    reason: 'OverconstrainedZonalAllocationFailure',
    nextStep: 'Azure has no machine free there that meets all demands; demand less: another zone, or none',
    source: ALLOCATION,
  },
  {
    kind: 'capacity',
    pattern: /\bZonalAllocationFailed\b/i,
    reason: 'ZonalAllocationFailure',
    nextStep: 'Azure has no such machine free in this zone now; another zone, or no zone, may have one',
    source: ALLOCATION,
  },
  {
    kind: 'capacity',
    pattern: /\bOverconstrainedAllocationRequest\b/i,
    reason: 'OverconstrainedAllocationFailure',
    nextStep: 'Azure has no machine free there that meets all demands; another instance type may be free',
    source: ALLOCATION,
  },
  {
    codes: ['SkuNotAvailable'],
    reason: 'SKUNotAvailable',
    nextStep: 'Azure has none of this size left for the subscription there; another instance type or zone may be free',
    source: 'Azure Resource Manager docs, "Resolve errors for SKU not available"',
  },
  {
    codes: ['AKSCapacityError', 'AKSCapacityHeavyUsage', 'RegionOverConstrained'],
    nextStep: 'the region itself is short of capacity; it passes, or use a cluster in another region',
    source: 'AKS docs, "Troubleshoot the AKSCapacityHeavyUsage error code"',
  },
  {
    codes: ['SpotPriceGreaterThanProvidedMaxPrice'],
    reason: 'SpotPriceTooHigh',
    mover: 'you',
    nextStep: 'the spot price is above the highest price of the claim: raise it, or wait until the price falls',
    source: SPOT,
  },
  {
    codes: ['AzureSpotIsNotSupportedForThisVMSize', 'AzureSpotFeatureNotEnabledForSubscription'],
    nextStep: 'there are no spot machines of this size for the subscription: take on-demand, or another instance type',
    source: SPOT,
  },
  {
    codes: ['AvailabilityZoneNotSupported'],
    nextStep: 'this zone does not have the size: choose another zone, or none',
    source: 'AKS docs, "Use availability zones", error AvailabilityZoneNotSupported',
  },

  {
    codes: ['InsufficientSubnetSize', 'SubnetIsFull'],
    mover: 'administrator',
    nextStep: 'the subnet has no address left: enlarge it, or give new agent pools another one',
    source: 'AKS docs, "Troubleshoot the InsufficientSubnetSize error code"',
  },
];
