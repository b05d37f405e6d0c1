import type { FaultRow } from './classify-fault.ts';

/**
 * How Azure says that something went wrong, in the order in which the rows are tried. Causes stand before envelopes and
 * wordings before statuses: Compute refuses quota with the code that AKS uses for a busy cluster (OperationNotAllowed),
 * and AKS wraps a failed allocation into ReconcileVMSSAgentPoolFailed.
 */
export const faultRows: readonly FaultRow[] = [
  { kind: 'throttled', status: [429, 429], note: 'ARM and AKS throttling, whatever the code' },
  {
    kind: 'throttled',
    codes: ['TooManyRequests', 'SubscriptionRequestsThrottled', 'Throttled', 'RequestThrottled'],
    note: 'ARM docs, "Understand how Azure Resource Manager throttles requests"; AKS docs, throttling',
  },
  {
    kind: 'throttled',
    pattern: /\brequest limit has been exceeded\b/i,
    note: 'AKS: "… .PUT request limit has been exceeded for SubID …"',
  },

  {
    kind: 'quota',
    codes: [
      'ErrCode_InsufficientVCPUQuota',
      'InsufficientVCPUQuota',
      'QuotaExceeded',
      'LowPriorityQuota',
      'LowPriorityQuotaExceeded',
    ],
    note: 'the check of AKS before it starts; Compute',
  },
  {
    kind: 'quota',
    pattern: /insufficient (?:regional )?v?cpu quota/i,
    note: 'AKS: "Insufficient vcpu quota requested 2, remaining 0 for family …"',
  },
  {
    kind: 'quota',
    pattern: /exceeding approved .*?\b(?:quota|cores)\b/i,
    note: 'Compute, code OperationNotAllowed: "… exceeding approved <family> Cores quota …"',
  },
  {
    kind: 'quota',
    pattern: /exceeding quota limits? of/i,
    note: 'Compute, older wording with code OperationNotAllowed',
  },
  {
    kind: 'quota',
    pattern: /\b(?:QuotaExceeded|ErrCode_InsufficientVCPUQuota)\b/,
    note: 'the code inside the text of an envelope',
  },

  {
    kind: 'cap',
    codes: ['MaxAgentPoolCountReached', 'AgentPoolMaxCountExceeded'],
    note: 'AKS quota page: 100 pools a cluster, 1,000 nodes a pool',
  },
  {
    kind: 'cap',
    codes: ['InsufficientSubnetSize', 'SubnetIsFull'],
    note: 'no address left in the subnet for another node',
  },

  {
    kind: 'sku',
    codes: ['VMSizeNotSupported', 'AvailabilityZoneNotSupported', 'VMSizeNotFound'],
    note: 'AKS: size not sold to the subscription in the region or zone',
  },
  {
    kind: 'sku',
    codes: ['AzureSpotIsNotSupportedForThisVMSize', 'AzureSpotFeatureNotEnabledForSubscription'],
    note: 'Compute docs, "Error messages for Azure Spot Virtual Machines and scale sets"',
  },
  {
    kind: 'sku',
    pattern: /is not supported for subscription|is not allowed in your subscription in location/i,
    note: 'AKS, also with code BadRequest; the second is the older wording',
  },

  {
    kind: 'capacity',
    codes: [
      'AllocationFailed',
      'ZonalAllocationFailed',
      'OverconstrainedAllocationRequest',
      'OverconstrainedZonalAllocationRequest',
      'SkuNotAvailable',
      'AKSCapacityError',
      'AKSCapacityHeavyUsage',
      'RegionOverConstrained',
      'SpotPriceGreaterThanProvidedMaxPrice',
    ],
    note: 'Compute docs, "Troubleshoot allocation failures"; AKS docs, capacity errors',
  },
  {
    kind: 'capacity',
    pattern:
      /\b(?:(?:Zonal)?AllocationFailed|Overconstrained(?:Zonal)?AllocationRequest|SkuNotAvailable|AKSCapacity(?:Error|HeavyUsage))\b/i,
    note: 'the code inside the text of an envelope',
  },
  {
    kind: 'capacity',
    pattern: /is currently not available in location/i,
    note: 'Compute: "The requested size … is currently not available in location … zones …"',
  },

  {
    kind: 'policy',
    codes: [
      'RequestDisallowedByPolicy',
      'RequestDisallowedByAzure',
      'ScopeLocked',
      'ResourceLocked',
      'ReadOnlyDisabledSubscription',
      'SubscriptionNotRegistered',
      'MissingSubscriptionRegistration',
    ],
    note: 'ARM: policy assignments, locks, disabled or unregistered subscriptions',
  },

  {
    kind: 'busy',
    codes: ['Conflict', 'OperationPreempted', 'OriginalEtagNotExpect', 'EtagMismatch', 'AnotherOperationInProgress'],
    note: 'another writer was there first; OriginalEtagNotExpect comes while a cluster starts',
  },
  { kind: 'busy', codePattern: /^AKSOperationPreempted/i, note: 'a later operation cancelled this one' },
  {
    kind: 'busy',
    pattern:
      /\banother\b.*\boperation\b.*\bin progress\b|\bin[- ]progress\b.*\boperation\b|\boperation is not allowed: another\b/is,
    note: 'AKS, code OperationNotAllowed; today\'s wording and the one before ("there\'s an in progress create node pool operation")',
  },

  { kind: 'exists', status: [412, 412], note: 'If-None-Match: * met a pool of that name' },
  { kind: 'exists', codes: ['PreconditionFailed'], note: 'the same without a status' },

  {
    kind: 'transient',
    codes: ['AADSTS90006', 'AADSTS90012', 'AADSTS90024', 'AADSTS90033', 'temporarily_unavailable'],
    note: 'Entra docs, error codes: a fault of its own, to be tried again',
  },
  { kind: 'auth', codePattern: /^AADSTS\d/, note: 'Entra docs, error codes: identity, federation, secret, tenant' },
  {
    kind: 'auth',
    codes: [
      'AuthorizationFailed',
      'LinkedAuthorizationFailed',
      'AuthenticationFailed',
      'ExpiredAuthenticationToken',
      'InvalidAuthenticationToken',
      'InvalidAuthenticationTokenTenant',
      'CredentialUnavailable',
      'invalid_client',
      'invalid_grant',
      'unauthorized_client',
    ],
    note: 'ARM and Entra',
  },
  { kind: 'auth', status: [401, 401], note: 'no or no valid token' },
  { kind: 'auth', status: [403, 403], note: 'no right; policies are told apart above' },

  {
    kind: 'notFound',
    codes: [
      'NotFound',
      'AgentPoolNotFound',
      'ResourceNotFound',
      'ParentResourceNotFound',
      'ResourceGroupNotFound',
      'SubscriptionNotFound',
    ],
    note: 'AKS says NotFound for a pool, ARM the others for what is above it',
  },
  { kind: 'notFound', status: [404, 404], note: 'any other code' },

  {
    kind: 'spec',
    codes: [
      'InvalidParameter',
      'BadRequest',
      'InvalidAgentPoolName',
      'InvalidRequestContent',
      'UnmarshalError',
      'NodeLabelKeyNotAllowed',
      'PropertyChangeNotAllowed',
      'InvalidOSSKU',
      'UnsupportedGPUDedicatedVHDVMSize',
      'UnsupportedGen2VMSize',
      'EmptyGPUInstanceProfile',
      'VMCacheSizeTooSmall',
      'VMTemporaryDiskTooSmall',
      'VMCannotFitEphemeralOSDisk',
      'SubnetIsDelegated',
      'SubnetNotFound',
      'LinkedInvalidPropertyId',
      'InvalidResourceReference',
      'MaxPriceValueInvalid',
      'EvictionPolicyCanBeSetOnlyOnAzureSpotVirtualMachines',
      'MustDefineAtLeastOneSystemPool',
    ],
    note: 'AKS refuses the body; the same body will be refused again',
  },
  { kind: 'spec', codePattern: /^VMSizeDoesNotSupport/i, note: 'ephemeral disk, MIG … on a size without them' },

  {
    kind: 'node',
    codes: ['ReconcileVMSSAgentPoolFailed', 'CreateVMSSAgentPoolFailed'],
    note: 'AKS: the scale set did not come up; the cause may stand in the text, tried above',
  },
  {
    kind: 'node',
    codePattern: /VMExtension/i,
    note: 'the set-up on the machine failed: GPU driver (84, 85), network (50-52); also OutboundConnFailVMExtensionError',
  },
  {
    kind: 'node',
    pattern: /\bVMExtension(?:ProvisioningError|Error)|\bCSE\b.*\bexit (?:code|status)/i,
    note: 'the same in a text',
  },

  {
    kind: 'transient',
    codes: [
      'InternalServerError',
      'InternalOperationError',
      'ServiceUnavailable',
      'ServerTimeout',
      'GatewayTimeout',
      'RequestTimeout',
    ],
    note: 'ARM and AKS, also inside failed operations',
  },
  {
    kind: 'transient',
    codes: ['Timeout', 'Aborted', 'MalformedResponse'],
    note: 'ours: no answer in time, we stopped, an answer cut short',
  },
  {
    kind: 'transient',
    codePattern:
      /^(?:ECONN|EPIPE$|ETIMEDOUT$|EHOST|ENET|EAI_|ENOTFOUND$|EPROTO$|ERR_TLS|CERT_|UND_|REQUEST_SEND_ERROR$|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/,
    note: 'Node: the connection could not be made or broke; certificate faults pass when the CA file is put right',
  },
  { kind: 'transient', status: [408, 408], note: 'the service waited for us' },
  { kind: 'transient', status: [500, 599], note: 'the service failed' },
];
