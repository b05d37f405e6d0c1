import type { DiagnosisRow } from '../diagnosis.ts';

const QUOTA = 'Azure docs, "Increase VM-family vCPU quotas"';
const COMPUTE = 'Azure docs, "Resolve errors for resource quotas"';

/** Quota of the subscription: by far the most frequent refusal. Whatever the reason on the claim, the words decide. */
export const quotaRows: readonly DiagnosisRow[] = [
  {
    cause: 'SpotQuotaReached',
    places: ['claim'],
    pattern: /\blow-?priority ?(?:cores|quota)|\bLowPriority(?:Cores|Quota)/i,
    mover: 'cluster',
    message: 'the subscription has no quota left for spot machines',
    nextStep:
      'ask for more "Total Regional Spot vCPUs" (Azure portal, Quotas), or take on-demand machines: resource.capacityType: on-demand',
    source: QUOTA,
    example: {
      code: 'SubscriptionQuotaReached',
      text: 'Operation could not be completed as it results in exceeding approved LowPriorityCores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 3, Current Usage: 0, Additional Required: 6, (Minimum) New Limit Required: 6.',
    },
  },
  {
    cause: 'QuotaExceeded',
    places: ['claim'],
    pattern:
      /exceeding approved (?<family>(?:Total Regional )?\w+?)(?: Cores)? quota.*?Location: (?<region>\w+), Current Limit: (?<limit>\d+), Current Usage: (?<usage>\d+), Additional Required: (?<requested>\d+), \(Minimum\) New Limit Required: (?<required>\d+)/is,
    mover: 'cluster',
    message:
      'the subscription may use {limit} vCPUs of {family} in {region} and uses {usage}; this machine needs {requested} more',
    nextStep:
      'ask for a limit of at least {required} vCPUs for {family} in {region} (Azure portal, Quotas; to see what is used: az vm list-usage --location {region}), free machines of this family, or name another size in resource.alternatives',
    source: COMPUTE,
    example: {
      code: 'SubscriptionQuotaReached',
      text: 'OperationNotAllowed: Operation could not be completed as it results in exceeding approved standardDLSv5Family Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 100, Current Usage: 56, Additional Required: 64, (Minimum) New Limit Required: 120.',
    },
  },
  {
    cause: 'QuotaExceeded',
    places: ['claim'],
    pattern:
      /Insufficient (?:regional )?vcpu quota requested (?<requested>\d+), remaining (?<remaining>\d+)(?: for family (?<family>\w+))? for region (?<region>\w+)/i,
    mover: 'cluster',
    message: 'this machine needs {requested} vCPUs of {family} in {region}, and the quota leaves {remaining}',
    nextStep:
      'ask for at least {missing} more vCPUs for {family} in {region} (Azure portal, Quotas; to see what is used: az vm list-usage --location {region}), free machines of this family, or name another size in resource.alternatives',
    source: 'AKS docs, "Troubleshoot the InsufficientVCPUQuota error code"',
    example: {
      code: 'LaunchFailed',
      text: 'ErrCode_InsufficientVCPUQuota: Insufficient vcpu quota requested 2, remaining 0 for family StandardDasv7Family for region eastus. Surge nodes would also consume vcpu quota.',
    },
  },
  {
    cause: 'QuotaExceeded',
    places: ['claim'],
    codes: ['SubscriptionQuotaReached'],
    mover: 'cluster',
    message: 'the quota of the subscription does not leave room for this machine',
    nextStep:
      'ask for more quota for the family of this size (Azure portal, Quotas), free machines of this family, or name another size in resource.alternatives',
    source: "Reason of Karpenter's Azure provider and of Kaito's gpu-provisioner",
    example: { code: 'SubscriptionQuotaReached', text: 'subscription quota reached for Standard_NC24ads_A100_v4' },
  },
  {
    cause: 'QuotaExceeded',
    places: ['claim'],
    pattern: /\bQuotaExceeded\b|\bquota\b.{0,40}\bexceed|\bexceed\w*\b.{0,60}\bquota\b/i,
    mover: 'cluster',
    message: 'the quota of the subscription does not leave room for this machine',
    nextStep:
      'ask for more quota (Azure portal, Quotas), free machines of this family, or name another size in resource.alternatives',
    source: COMPUTE,
    example: { code: 'LaunchFailed', text: 'QuotaExceeded: The quota limit was exceeded.' },
  },
];
