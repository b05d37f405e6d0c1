import type { AllocationCode, ClusterIdentity } from '../../admin/protocol.ts';
import { ServiceError } from '../../http/service-error.ts';
import type { ErrorShape } from '../../http/service-error.ts';
import { insufficientQuotaMessage, SPOT } from '../quota.ts';
import type { VmSize } from '../vm-sizes.ts';

/** The machines that a create or a scale-up asks for. */
export interface AllocationRequest {
  readonly pool: string;
  readonly size: VmSize;
  readonly machines: number;
  readonly spot: boolean;
  /** Zones that the pool may use; none: regional. */
  readonly zones: readonly string[];
}

/** A failure to allocate, as it is to be shown. */
export interface AllocationFault {
  readonly mode: 'request' | 'operation';
  readonly code: string;
  readonly message: string;
  readonly afterMs?: number;
}

interface Kind {
  /** How Azure refuses the request; absent: it accepts, and the operation fails. */
  readonly refusal?: { readonly shape: ErrorShape; readonly status: number };
  readonly message: (request: AllocationRequest, cluster: ClusterIdentity) => string;
}

const AKS = { shape: 'flat', status: 400 } as const;
/** Compute's own refusals come through ARM's shape. */
const COMPUTE = { shape: 'nested', status: 409 } as const;

/**
 * How Azure words each failure, from its public error pages (learn.microsoft.com: "Troubleshoot allocation failures",
 * "AKS error codes") and from what users have posted.
 */
const KINDS: { readonly [Code in AllocationCode]: Kind } = {
  AllocationFailed: { message: () => noCapacity('region') },
  ZonalAllocationFailed: { message: () => noCapacity('zone') },
  OverconstrainedAllocationRequest: { message: ({ spot }) => overconstrained(spot, []) },
  OverconstrainedZonalAllocationRequest: { message: ({ spot }) => overconstrained(spot, ['Availability Zone']) },
  SkuNotAvailable: {
    refusal: COMPUTE,
    message: ({ size, zones }, { location }) =>
      `The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: ${size.name}' is currently not available in location '${location}'${zones.length > 0 ? ` zones '${zones.join(',')}'` : ''}. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.`,
  },
  AKSCapacityHeavyUsage: {
    refusal: AKS,
    message: (_request, { location }) =>
      `AKS is experiencing heavy usage in region ${location} and cannot create or scale resources there at this time. Please try again later or use another region. For more details, visit https://aka.ms/akscapacityheavyusage`,
  },
  VMSizeNotSupported: {
    refusal: AKS,
    message: ({ size }, { subscriptionId, location }) =>
      `Virtual Machine size: '${size.name}' is not supported for subscription ${subscriptionId} in location '${location}'. For available sizes see https://aka.ms/aks/vm-size-selector`,
  },
  ErrCode_InsufficientVCPUQuota: {
    refusal: AKS,
    message: (request, { location }) =>
      insufficientQuotaMessage({ family: familyOf(request), location, requested: coresOf(request), remaining: 0 }),
  },
  QuotaExceeded: {
    refusal: { shape: 'nested', status: 400 },
    message: (request, { location }) => approvedQuotaExceeded('Total Regional', location, coresOf(request)),
  },
  OperationNotAllowed: {
    refusal: COMPUTE,
    message: (request, { location }) => approvedQuotaExceeded(familyOf(request), location, coresOf(request)),
  },
  ReconcileVMSSAgentPoolFailed: {
    message: ({ pool }) =>
      `VMSSAgentPoolReconciler retry failed for agent pool ${pool}. Code="VMExtensionProvisioningError" Message="${extensionFailed()}"`,
  },
  VMExtensionProvisioningError: { message: extensionFailed },
};

/** Whether a rule for this code can do without a message. */
export function isKnown(code: string): code is AllocationCode {
  return Object.hasOwn(KINDS, code);
}

/** What a failure with this code looks like; for a code that Azure is not known to have, `message` is its text. */
export function allocationFault(
  { code, message, mode, afterMs }: Omit<AllocationFault, 'mode' | 'message'> & Partial<AllocationFault>,
  request: AllocationRequest,
  cluster: ClusterIdentity,
): AllocationFault {
  const kind = isKnown(code) ? KINDS[code] : undefined;
  return {
    mode: mode ?? (kind?.refusal ? 'request' : 'operation'),
    code,
    message: message ?? kind?.message(request, cluster) ?? code,
    ...(afterMs !== undefined && { afterMs }),
  };
}

/** The answer to a request that cannot be met at once. */
export function allocationRefusal({ code, message }: AllocationFault): ServiceError {
  const { shape, status } = (isKnown(code) ? KINDS[code].refusal : undefined) ?? AKS;
  return new ServiceError(shape, status, { code, message });
}

function coresOf({ size, machines }: AllocationRequest): number {
  return size.vcpus * machines;
}

function familyOf({ size, spot }: AllocationRequest): string {
  return spot ? SPOT : size.family;
}

function noCapacity(where: 'region' | 'zone'): string {
  return `Allocation failed. We do not have sufficient capacity for the requested VM size in this ${where}. Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance`;
}

function overconstrained(spot: boolean, first: readonly string[]): string {
  const constraints = [
    ...first,
    ...(spot ? ['Low Priority VMs'] : []),
    'Networking Constraints (such as Accelerated Networking or IPv6)',
    'VM Size',
  ];
  return `Allocation failed. VM(s) with the following constraints cannot be allocated, because the condition is too restrictive. Please remove some constraints and try again. Constraints applied are:\n${constraints.map(name => `  - ${name}\n`).join('')}`;
}

/** Compute's words; a rule that says so closes the quota, so its limit reads 0. */
function approvedQuotaExceeded(name: string, location: string, requested: number): string {
  const quota = name === SPOT ? 'LowPriorityCores' : `${name} Cores`;
  return `Operation could not be completed as it results in exceeding approved ${quota} quota. Additional details - Deployment Model: Resource Manager, Location: ${location}, Current Limit: 0, Current Usage: 0, Additional Required: ${requested}, (Minimum) New Limit Required: ${requested}. Setup Alerts when Quota reaches threshold. Submit a request for Quota increase at https://aka.ms/ProdportalCRP by specifying parameters listed in the ‘Details’ section for deployment to succeed.`;
}

/** Exit code 85 of the node's set-up script: the GPU driver could not be installed. */
function extensionFailed(): string {
  return "VM has reported a failure when processing extension 'vmssCSE' (publisher 'Microsoft.AKS' and type 'Compute.AKS.Linux.AKSNode'). Error message: 'Enable failed: failed to execute command: command terminated with exit status=85'. More information on troubleshooting is available at https://aka.ms/VMExtensionCSELinuxTroubleshoot.";
}
