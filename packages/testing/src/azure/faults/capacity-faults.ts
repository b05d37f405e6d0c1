import { alike, answer, operation } from './azure-fault.ts';
import type { AzureFaultCase } from './azure-fault.ts';

const quota = {
  kind: 'quota',
  reason: 'SubscriptionQuotaReached',
  mover: 'administrator',
  retryInMs: 600_000,
} as const;
const capacity = { kind: 'capacity', reason: 'AllocationFailure', mover: 'azure', retryInMs: 30_000 } as const;
const sku = { kind: 'sku', reason: 'SKUNotAvailable', mover: 'you', retryInMs: 'never' } as const;
const cap = { kind: 'cap', reason: 'ClusterLimitReached', mover: 'administrator', retryInMs: 60_000 } as const;

const aksFamily =
  'Insufficient vcpu quota requested 2, remaining 0 for family StandardDasv7Family for region eastus. Surge nodes would also consume vcpu quota.';
const aksFamilyNumbers = { family: 'StandardDasv7Family', region: 'eastus', requested: 2, remaining: 0 };
const computeFamily =
  'Operation could not be completed as it results in exceeding approved standardDLSv5Family Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 100, Current Usage: 56, Additional Required: 64, (Minimum) New Limit Required: 120.';
const computeFamilyNumbers = {
  family: 'standardDLSv5Family',
  region: 'eastus',
  limit: 100,
  usage: 56,
  requested: 64,
  required: 120,
};

/** What cannot be had: quota, machines, sizes, room in the cluster. */
export const capacityFaults: readonly AzureFaultCase[] = [
  ...alike(
    { ...quota, step: /at least 2 more vCPUs for StandardDasv7Family in eastus/, quota: aksFamilyNumbers },
    answer(400, 'ErrCode_InsufficientVCPUQuota', aksFamily),
    operation('', `ErrCode_InsufficientVCPUQuota: ${aksFamily}`),
    answer(409, 'OperationNotAllowed', `Another operation is in progress. ${aksFamily}`),
  ),
  ...alike(
    { ...quota, step: /at least 21 more vCPUs for all families in eastus/ },
    answer(
      400,
      'ErrCode_InsufficientVCPUQuota',
      'Insufficient regional vcpu quota left for location eastus. left regional vcpu quota 3, requested quota 24. If you want to increase the quota, please follow this instruction.',
      { quota: { family: 'cores', region: 'eastus', requested: 24, remaining: 3 } },
    ),
  ),
  ...alike(
    { ...quota, step: /at least 120 vCPUs for standardDLSv5Family in eastus/, quota: computeFamilyNumbers },
    answer(409, 'OperationNotAllowed', computeFamily),
    operation('OperationNotAllowed', computeFamily),
    answer(400, 'InvalidTemplateDeployment', 'The template deployment is not valid. See inner errors for details.', {
      details: [{ code: 'QuotaExceeded', message: computeFamily }],
      message: `The template deployment is not valid. See inner errors for details. QuotaExceeded: ${computeFamily}`,
    }),
  ),
  ...alike(
    { ...quota, step: /at least 6 vCPUs for all families in westus/ },
    answer(
      409,
      'OperationNotAllowed',
      'Operation results in exceeding quota limits of Core. Maximum allowed: 4, Current in use: 4, Additional requested: 2. Location: westus.',
      { quota: { family: 'cores', limit: 4, usage: 4, requested: 2 }, step: /ask for more quota/ },
    ),
    answer(
      400,
      'QuotaExceeded',
      'Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Location: westus, Current Limit: 4, Current Usage: 4, Additional Required: 2',
      { quota: { family: 'cores', region: 'westus', limit: 4, usage: 4, requested: 2 } },
    ),
  ),
  ...alike(
    { ...quota, step: /Total Regional Spot vCPUs.*on-demand/ },
    operation(
      'OperationNotAllowed',
      'Operation could not be completed as it results in exceeding approved LowPriorityCores quota. Additional details - Location: eastus, Current Limit: 3, Current Usage: 0, Additional Required: 24',
      { quota: { family: 'lowPriorityCores', region: 'eastus', limit: 3, usage: 0, requested: 24 } },
    ),
    operation('LowPriorityQuota', 'The spot quota of the subscription is used up.'),
  ),
  ...alike(
    { ...quota, step: /ask for more quota/ },
    operation(
      'ReconcileVMSSAgentPoolFailed',
      'VMSSAgentPoolReconciler retry failed: Code="QuotaExceeded" Message="another operation is in progress"',
    ),
  ),

  ...alike(
    { ...capacity, step: /no such machine free there now/ },
    operation('AllocationFailed', 'Allocation failed. We do not have sufficient capacity for the requested VM size.'),
    answer(409, 'Other', "The requested size for resource 'x' is currently not available in location 'eastus'."),
  ),
  ...alike(
    { ...capacity, reason: 'ZonalAllocationFailure', step: /this zone.*no zone/ },
    operation(
      'ZonalAllocationFailed',
      'Allocation failed. There is no capacity for the requested VM size in this zone.',
    ),
    operation(
      'ReconcileVMSSAgentPoolFailed',
      'VMSSAgentPoolReconciler retry failed: Service returned an error. Code="ZonalAllocationFailed"',
    ),
  ),
  ...alike(
    { ...capacity, reason: 'OverconstrainedAllocationFailure', step: /meets all demands; another instance type/ },
    operation(
      'OverconstrainedAllocationRequest',
      'Allocation failed. VM(s) with the following constraints cannot be allocated.',
    ),
  ),
  ...alike(
    { ...capacity, reason: 'OverconstrainedZonalAllocationFailure', step: /meets all demands; demand less/ },
    operation(
      'OverconstrainedZonalAllocationRequest',
      'Allocation failed. VM(s) with the following constraints cannot be allocated, because the condition is too restrictive.',
    ),
  ),
  ...alike(
    { ...capacity, reason: 'SKUNotAvailable', step: /none of this size left/ },
    answer(
      409,
      'SkuNotAvailable',
      "The requested size for resource 'x' is currently not available in location 'eastus' zones '1,2,3' for subscription 's'. Please try another size or deploy to a different location or zones.",
    ),
    operation('SkuNotAvailable', 'The requested size for spot is not available.'),
  ),
  ...alike(
    { ...capacity, step: /the region itself/ },
    answer(400, 'AKSCapacityError', 'AKS is out of capacity in the region.'),
    answer(400, 'AksCapacityHeavyUsage', 'The region is under heavy use.'),
    operation('RegionOverConstrained', 'The region is over-constrained.'),
  ),
  ...alike(
    { ...capacity, reason: 'SpotPriceTooHigh', mover: 'you', step: /raise it, or wait/ },
    operation(
      'SpotPriceGreaterThanProvidedMaxPrice',
      "Unable to perform operation 'Create' since the provided max price '0.5 USD' is lower than the current spot price '0.7 USD' for Azure Spot VM size 'Standard_NC24ads_A100_v4'.",
    ),
  ),

  ...alike(
    { ...sku, step: /choose another instance type/ },
    answer(
      400,
      'VMSizeNotSupported',
      "Virtual Machine size: 'Standard_NC6s_v3' is not supported for subscription s in location 'eastus'. The available VM sizes are ... See https://aka.ms/aks/vm-size-selector",
    ),
    answer(400, 'BadRequest', "Virtual Machine size: 'X' is not supported for subscription s in location 'eastus'."),
    answer(
      400,
      'BadRequest',
      'The VM size of AgentPoolProfile:ws1 is not allowed in your subscription in location eastus.',
    ),
  ),
  ...alike(
    { ...sku, step: /no spot machines of this size/ },
    operation('AzureSpotIsNotSupportedForThisVMSize', "Azure Spot isn't supported for this VM size Standard_B2s."),
    operation('AzureSpotFeatureNotEnabledForSubscription', 'Subscription not enabled with Azure Spot feature.'),
  ),
  ...alike(
    { ...sku, step: /choose another zone/ },
    answer(400, 'AvailabilityZoneNotSupported', 'The zone(s) 3 for resource ws1 is not supported.'),
  ),

  ...alike(
    { ...cap, step: /delete agent pools/ },
    answer(400, 'MaxAgentPoolCountReached', 'The cluster has reached the maximum of 100 agent pools.'),
    answer(400, 'AgentPoolMaxCountExceeded', 'The agent pool has too many nodes.'),
  ),
  ...alike(
    { ...cap, step: /the subnet has no address left/ },
    answer(400, 'InsufficientSubnetSize', 'Pre-allocated IPs 31 exceeds IPs available 3 in Subnet Cidr 10.0.0.0/24.'),
    answer(
      400,
      'SubnetIsFull',
      'Subnet nodes with address prefix 10.0.0.0/28 does not have enough capacity for 1 IP addresses.',
    ),
  ),
];
