import type { FaultAdvice } from './fault-advice.ts';

const AKS = 'AKS REST API, error codes of agent pools';

/** What is wrong with the request, or with what it is sent to. */
export const requestAdvice: readonly FaultAdvice[] = [
  {
    codes: ['NodeLabelKeyNotAllowed'],
    nextStep: 'remove the label from the claim: AKS keeps this prefix for itself',
    source: 'AKS docs, "Use labels in an AKS cluster", reserved prefixes',
  },
  {
    codes: [
      'VMSizeDoesNotSupportEphemeralOS',
      'VMCacheSizeTooSmall',
      'VMTemporaryDiskTooSmall',
      'VMCannotFitEphemeralOSDisk',
    ],
    nextStep: 'ask for less storage, or choose an instance type with a larger disk',
    source: 'Azure Compute docs, "Ephemeral OS disks for Azure VMs", size requirements',
  },
  {
    codes: ['LinkedInvalidPropertyId', 'SubnetNotFound', 'SubnetIsDelegated', 'InvalidResourceReference'],
    mover: 'administrator',
    nextStep:
      'check the subnet that is configured for agent pools: its full resource id, that it exists, and that it is not delegated',
    source: AKS,
  },
  {
    codes: ['MaxPriceValueInvalid'],
    nextStep: 'the highest spot price has to be above zero, or -1 for no limit',
    source: 'Azure Compute docs, "Error messages for Azure Spot Virtual Machines and scale sets"',
  },
  {
    codes: ['PropertyChangeNotAllowed'],
    nextStep: 'an agent pool cannot be changed into this one: delete it, or give the claim another name',
    source: AKS,
  },
  {
    codes: ['ResourceGroupNotFound'],
    nextStep: 'check ARM_RESOURCE_GROUP and ARM_SUBSCRIPTION_ID: there is no such resource group',
    source: 'Azure Resource Manager docs, "Resolve errors for resource not found"',
  },
  {
    codes: ['SubscriptionNotFound'],
    nextStep: 'check ARM_SUBSCRIPTION_ID, AZURE_TENANT_ID and AZURE_CLOUD: the identity sees no such subscription',
    source: 'Azure Resource Manager docs, "Resolve errors for resource not found"',
  },
  {
    codes: ['OriginalEtagNotExpect'],
    nextStep: 'the cluster is just starting or being changed; this passes when that is over',
    source: 'AKS, seen while "az aks start" runs',
  },
  {
    kind: 'unknown',
    pattern: /\bcluster\b.*\bstopped\b|\bpower state\b.*\bstopped\b/is,
    mover: 'administrator',
    nextStep: 'the cluster is stopped: az aks start',
    source: 'AKS docs, "Stop and start an AKS cluster"',
  },
];
