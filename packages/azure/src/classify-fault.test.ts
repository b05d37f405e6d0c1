import { classifyFault, faultRows, findFaultRow } from './classify-fault.ts';
import type { FaultKind } from './classify-fault.ts';

/** Faults as Azure words them, one of each kind of text that was seen: HTTP status (when there is one), code, message. */
const seen: readonly (readonly [kind: FaultKind, status: number | undefined, code: string, message: string])[] = [
  // the pool, or what is above it, is missing
  [
    'notFound',
    404,
    'NotFound',
    'Could not find the agentpool: ws1 in subscription: s, resourceGroup: rg, resourceName: aks',
  ],
  ['notFound', 404, 'NotFound', 'Agent Pool not found'],
  [
    'notFound',
    404,
    'ResourceNotFound',
    "The Resource 'Microsoft.ContainerService/managedClusters/aks' under resource group 'rg' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
  ],
  ['notFound', 404, 'ResourceGroupNotFound', "Resource group 'rg' could not be found."],
  ['notFound', 404, 'HTTP404', 'status 404 without a message'],

  // another operation
  [
    'busy',
    409,
    'OperationNotAllowed',
    'Operation is not allowed: Another agentpool operation (ws2 - Creating) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details',
  ],
  [
    'busy',
    409,
    'OperationNotAllowed',
    'Operation is not allowed: Another operation (Updating) is in progress, please wait',
  ],
  [
    'busy',
    409,
    'OperationNotAllowed',
    'Managed Cluster operation is not allowed: Another operation is running on agent pool ws2',
  ],
  [
    'busy',
    409,
    'OperationNotAllowed',
    "Operation is not allowed because there's an in progress create node pool operation on the same managed cluster",
  ],
  ['busy', undefined, 'AKSOperationPreempted', 'The operation was overridden and canceled by another one'],
  ['busy', undefined, 'AKSOperationPreemptedByDelete', 'The operation was canceled by a delete'],
  ['busy', undefined, 'OperationPreempted', 'The operation has been preempted by a more recent request'],
  ['busy', 409, 'Conflict', 'The request could not be completed due to a conflict'],
  ['busy', 409, 'OriginalEtagNotExpect', 'The original etag is not as expected'],
  ['busy', 412, 'OriginalEtagNotExpect', 'The original etag is not as expected'],
  ['exists', 412, 'PreconditionFailed', 'The condition specified using If-None-Match is not met'],
  ['exists', 412, '', ''],
  ['exists', undefined, 'PreconditionFailed', 'The condition specified using If-None-Match is not met'],

  // quota
  [
    'quota',
    400,
    'ErrCode_InsufficientVCPUQuota',
    'Insufficient regional vcpu quota left for location eastus. left regional vcpu quota 0, requested quota 24.',
  ],
  [
    'quota',
    undefined,
    '',
    'ErrCode_InsufficientVCPUQuota: Insufficient vcpu quota requested 2, remaining 0 for family StandardDasv7Family for region eastus. Surge nodes would also consume vcpu quota.',
  ],
  [
    'quota',
    400,
    'QuotaExceeded',
    'Operation could not be completed as it results in exceeding approved Total Regional Cores quota.',
  ],
  [
    'quota',
    409,
    'OperationNotAllowed',
    'Operation could not be completed as it results in exceeding approved standardDLSv5Family Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 100, Current Usage: 56, Additional Required: 64, (Minimum) New Limit Required: 120.',
  ],
  [
    'quota',
    undefined,
    'OperationNotAllowed',
    'Operation could not be completed as it results in exceeding approved LowPriorityCores quota.',
  ],
  ['quota', undefined, 'LowPriorityQuota', 'The spot quota of the subscription is used up'],
  ['quota', 409, 'OperationNotAllowed', 'Operation results in exceeding quota limits of Core. Maximum allowed: 4'],
  [
    'quota',
    undefined,
    'ReconcileVMSSAgentPoolFailed',
    'VMSSAgentPoolReconciler retry failed: Code="QuotaExceeded" Message="another operation is in progress"',
  ],

  // the size
  [
    'sku',
    400,
    'VMSizeNotSupported',
    "Virtual Machine size: 'Standard_NC6s_v3' is not supported for subscription s in location 'eastus'. See https://aka.ms/aks/vm-size-selector",
  ],
  [
    'sku',
    400,
    'BadRequest',
    "Virtual Machine size: 'Standard_X' is not supported for subscription s in location 'eastus'.",
  ],
  [
    'sku',
    400,
    'BadRequest',
    'The VM size of AgentPoolProfile:ws1 is not allowed in your subscription in location eastus.',
  ],
  ['sku', 400, 'AvailabilityZoneNotSupported', 'The zone(s) 3 for resource ws1 is not supported.'],

  // capacity
  [
    'capacity',
    409,
    'SkuNotAvailable',
    "The requested size for resource 'x' is currently not available in location 'eastus' zones '1,2,3' for subscription 's'.",
  ],
  ['capacity', 409, 'Other', "The requested size for resource 'x' is currently not available in location 'eastus'"],
  ['capacity', undefined, 'AllocationFailed', 'Allocation failed. We do not have sufficient capacity.'],
  ['capacity', undefined, 'ZonalAllocationFailed', 'Allocation failed in the zone.'],
  [
    'capacity',
    undefined,
    'OverconstrainedAllocationRequest',
    'Allocation failed. VM(s) with these constraints cannot be had.',
  ],
  [
    'capacity',
    undefined,
    'OverconstrainedZonalAllocationRequest',
    'Allocation failed. VM(s) with these constraints cannot be had.',
  ],
  ['capacity', 400, 'AKSCapacityError', 'AKS is out of capacity in the region'],
  ['capacity', 400, 'AksCapacityHeavyUsage', 'the region is under heavy use'],
  ['capacity', undefined, 'RegionOverConstrained', 'the region is over-constrained'],
  [
    'capacity',
    undefined,
    'ReconcileVMSSAgentPoolFailed',
    'VMSSAgentPoolReconciler retry failed: Service returned an error. Code="ZonalAllocationFailed"',
  ],

  // the request
  ['spec', 400, 'InvalidParameter', 'The value of parameter agentPoolProfile.osDiskSizeGB is invalid.'],
  ['spec', 400, 'BadRequest', 'Taint is malformed'],
  ['spec', 400, 'NodeLabelKeyNotAllowed', 'the label key prefix is reserved'],
  ['spec', 400, 'PropertyChangeNotAllowed', 'Changing property "properties.vmSize" is not allowed.'],
  ['spec', 400, 'VMSizeDoesNotSupportEphemeralOS', 'no ephemeral OS disk'],
  ['spec', 400, 'VMSizeDoesNotSupportMIG', 'no MIG'],
  ['spec', 400, 'VMCacheSizeTooSmall', 'the disk does not fit the cache'],
  ['spec', 400, 'VMTemporaryDiskTooSmall', 'the disk does not fit'],
  ['spec', 400, 'VMCannotFitEphemeralOSDisk', 'the disk does not fit'],
  ['spec', 400, 'UnsupportedGPUDedicatedVHDVMSize', 'no'],
  ['spec', 400, 'InvalidOSSKU', 'no'],
  ['spec', 400, 'UnsupportedGen2VMSize', 'no'],
  ['spec', 400, 'EmptyGPUInstanceProfile', 'no'],
  ['spec', 400, 'SubnetIsDelegated', 'the subnet is delegated'],
  ['spec', 400, 'SubnetNotFound', 'the subnet does not exist'],
  ['spec', 400, 'MustDefineAtLeastOneSystemPool', 'the last system pool cannot go'],
  ['cap', 400, 'InsufficientSubnetSize', 'the subnet has 3 addresses left, 31 are needed'],
  ['cap', 400, 'SubnetIsFull', 'the subnet is full'],
  ['cap', 400, 'MaxAgentPoolCountReached', 'the cluster has 100 agent pools'],
  ['cap', 400, 'AgentPoolMaxCountExceeded', 'too many nodes'],

  // the machine came up badly
  ['node', undefined, 'ReconcileVMSSAgentPoolFailed', 'We are unable to serve this request due to an internal error'],
  ['node', undefined, 'VMExtensionProvisioningError', 'vmssCSE exit status=85'],
  ['node', undefined, 'VMExtensionError_OutboundConnFail', 'exit status 50'],
  ['node', undefined, 'Unspecified', 'vmss CSE failed: exit status 84, the GPU driver could not be installed'],
  ['node', undefined, '', 'Reconcile failed: VMExtensionProvisioningError'],

  // rights
  [
    'auth',
    403,
    'AuthorizationFailed',
    "The client 'a' with object id 'b' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/agentPools/write' over scope '/subscriptions/s'",
  ],
  ['auth', 401, 'ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than the current UTC time.'],
  ['auth', 401, 'InvalidAuthenticationToken', 'The access token is invalid.'],
  ['auth', 400, 'AADSTS70021', 'AADSTS70021: No matching federated identity record found for presented assertion.'],
  [
    'auth',
    401,
    'AADSTS700211',
    'AADSTS700211: No matching federated identity record found for presented assertion issuer.',
  ],
  [
    'auth',
    401,
    'AADSTS700213',
    'AADSTS700213: No matching federated identity record found for presented assertion subject.',
  ],
  ['auth', 401, 'AADSTS700024', 'AADSTS700024: Client assertion is not within its valid time range.'],
  ['auth', 400, 'AADSTS700016', 'AADSTS700016: Application was not found in the directory.'],
  ['auth', 401, 'AADSTS7000222', 'AADSTS7000222: The provided client secret keys are expired.'],
  ['auth', 400, 'AADSTS90002', 'AADSTS90002: Tenant not found.'],
  ['auth', 401, '', ''],
  ['auth', 403, 'HTTP403', 'status 403: the proxy wants a login'],
  ['policy', 403, 'RequestDisallowedByPolicy', "Resource 'ws1' was disallowed by policy."],
  ['policy', 409, 'ScopeLocked', 'The scope cannot perform delete operation because following scope(s) are locked'],
  ['policy', 409, 'ResourceLocked', 'locked'],
  ['policy', 403, 'ReadOnlyDisabledSubscription', 'The subscription is disabled and therefore marked as read only.'],
  ['policy', 409, 'SubscriptionNotRegistered', 'the subscription is not registered for Microsoft.ContainerService'],

  // load and faults of the service
  ['throttled', 429, 'TooManyRequests', 'The request is being throttled.'],
  ['throttled', 429, 'SubscriptionRequestsThrottled', 'Number of requests for subscription exceeded the limit'],
  [
    'throttled',
    429,
    'OperationNotAllowed',
    'The server rejected the request because too many requests have been received',
  ],
  [
    'throttled',
    undefined,
    'Throttled',
    'The PutManagedClusterHandler.PUT request limit has been exceeded for SubID=s, please retry again in 23 seconds.',
  ],
  ['throttled', undefined, '', 'PutManagedClusterHandler.PUT request limit has been exceeded for SubID=s'],
  ['transient', 500, 'InternalServerError', 'Internal server error'],
  ['transient', 500, 'InternalOperationError', 'Internal server error'],
  ['transient', undefined, 'InternalOperationError', 'Internal server error'],
  ['transient', 503, 'ServiceUnavailable', 'The service is unavailable.'],
  ['transient', 408, '', 'Request timeout'],
  ['transient', 502, 'HTTP502', 'Bad gateway'],
  ['transient', undefined, 'ECONNRESET', 'socket hang up'],
  ['transient', undefined, 'ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:443'],
  ['transient', undefined, 'ENOTFOUND', 'getaddrinfo ENOTFOUND management.azure.com'],
  ['transient', undefined, 'SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'],
  ['transient', undefined, 'Timeout', 'no answer within 30000 ms'],
  ['transient', 400, 'AADSTS90033', 'AADSTS90033: A transient error has occurred. Please try again.'],

  // nothing is guessed
  ['unknown', 400, 'SomethingNew', 'A refusal that nobody has seen'],
  ['unknown', 409, 'OperationNotAllowed', 'Operation is not allowed: the cluster is stopped'],
  ['unknown', undefined, '', ''],
];

describe('classifyFault', () => {
  it.each(seen)('says %s of %s %s %s', (kind, statusCode, code, message) => {
    expect(classifyFault({ statusCode, code, message })).toBe(kind);
  });

  it('compares codes without regard to case', () => {
    expect(classifyFault({ code: 'allocationFAILED', message: '' })).toBe('capacity');
  });

  it('prefers a quota wording to a busy one in the same text', () => {
    const message = 'Another operation is in progress. exceeding approved standardNCSv3Family Cores quota';
    expect(classifyFault({ statusCode: 409, code: 'OperationNotAllowed', message })).toBe('quota');
  });

  it('has no row that none of these faults needs', () => {
    const needed = new Set(seen.map(([, statusCode, code, message]) => findFaultRow({ statusCode, code, message })));
    expect(faultRows.filter(row => !needed.has(row)).map(row => row.note)).toEqual([]);
  });
});
