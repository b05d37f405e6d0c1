import type { ClusterState } from '../admin/protocol.ts';
import { ServiceError } from '../http/service-error.ts';

/** What the AKS resource provider refuses; always the flat shape. Codes and wording follow what AKS has been seen to say. */
function refusal(status: number, code: string, message: string, target?: string): ServiceError {
  return new ServiceError('flat', status, { code, message, ...(target !== undefined && { target }) });
}

/** Two wordings are known for a missing pool; both are in it, because callers in the field look for either. */
export function poolNotFound(name: string): ServiceError {
  return new ServiceError('flat', 404, {
    code: 'NotFound',
    message: `Could not find the agentpool: '${name}'.`,
    subcode: 'GetAgentPool_NotFound',
    details: [{ code: 'Unspecified', message: 'rpc error: code = NotFound desc = Agent Pool not found' }],
  });
}

export function operationNotFound(id: string): ServiceError {
  return refusal(404, 'NotFound', `The operation '${id}' does not exist.`);
}

export function invalidParameter(target: string, reason: string): ServiceError {
  return refusal(
    400,
    'InvalidParameter',
    `The value of parameter ${target} is invalid. Error details: ${reason}`,
    target,
  );
}

export function preconditionFailed(reason: string): ServiceError {
  return refusal(412, 'PreconditionFailed', `A precondition of the request does not hold: ${reason}`);
}

export function anotherOperation(pool: string, operation: string): ServiceError {
  return refusal(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: Another agentpool operation (${pool} - ${operation}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details`,
  );
}

export function nothingToAbort(pool: string): ServiceError {
  return refusal(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: agent pool ${pool} has no operation in progress to abort.`,
  );
}

export function vmSizeNotSupported(size: string, subscription: string, location: string): ServiceError {
  return refusal(
    400,
    'VMSizeNotSupported',
    `Virtual Machine size: '${size}' is not supported for subscription ${subscription} in location '${location}'. For available sizes see https://aka.ms/aks/vm-size-selector`,
    'agentPoolProfile.vmSize',
  );
}

export function zoneNotSupported(
  pool: string,
  zones: readonly string[],
  offer: { readonly location: string; readonly supported: readonly string[] },
): ServiceError {
  return refusal(
    400,
    'AvailabilityZoneNotSupported',
    `Preflight validation check for resource(s) for agent pool ${pool} failed. Message: The zone(s) '${zones.join(',')}' for resource '${pool}' is not supported. The supported zones for location '${offer.location}' are '${offer.supported.join(',')}'`,
    'agentPoolProfile.availabilityZones',
  );
}

/** Azure docs, "Error messages for Azure Spot Virtual Machines and scale sets". */
export function spotNotSupported(size: string): ServiceError {
  return refusal(
    400,
    'AzureSpotIsNotSupportedForThisVMSize',
    `Azure Spot is not supported for this VM size ${size}.`,
    'agentPoolProfile.scaleSetPriority',
  );
}

/** A write or a change of power while the cluster stops or starts. */
export function clusterBusy(operation: string): ServiceError {
  return refusal(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: Another operation (${operation}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details`,
  );
}

/** What AKS says when the power state of the cluster forbids something, as users have posted it for stopping. */
export function powerStateForbids(
  { provisioningState, powerState }: ClusterState,
  operation: 'stopping' | 'starting' | 'creating or updating agent pool' | 'deleting agent pool',
): ServiceError {
  return refusal(
    409,
    'OperationNotAllowed',
    `managed cluster is in Provisioning State(${provisioningState}) and Power State(${powerState}), ${operation} cannot be performed`,
  );
}

/** The start and a write on a pool have each read the pool before the other changed it. */
export function originalEtagNotExpected(pool: string): ServiceError {
  return refusal(
    409,
    'OriginalEtagNotExpect',
    `Failed to save agent pool ${pool}: rpc error: code = FailedPrecondition desc = Original etag not expected`,
  );
}

export function notSpot(pool: string): ServiceError {
  return refusal(400, 'InvalidParameter', `Agent pool ${pool} has priority Regular: only Spot machines are evicted.`);
}

export function ephemeralDiskMisfit(size: string, diskGb: number, roomGb: number): ServiceError {
  if (roomGb === 0) {
    return refusal(
      400,
      'VMSizeDoesNotSupportEphemeralOS',
      `The virtual machine size ${size} does not support ephemeral OS disks; use osDiskType Managed.`,
    );
  }
  return refusal(
    400,
    'VMCannotFitEphemeralOSDisk',
    `The virtual machine size ${size} has room for an ephemeral OS disk of ${roomGb} GB, not of ${diskGb} GB.`,
  );
}

export function invalidOsSku(sku: string): ServiceError {
  return refusal(400, 'InvalidOSSKU', `OSSKU '${sku}' is invalid.`, 'agentPoolProfile.osSKU');
}

export function labelNotAllowed(key: string): ServiceError {
  return refusal(
    400,
    'NodeLabelKeyNotAllowed',
    `The node label key '${key}' is not allowed: its prefix is reserved for AKS and Kubernetes.`,
    'agentPoolProfile.nodeLabels',
  );
}

export function poolCountReached(limit: number): ServiceError {
  return refusal(
    400,
    'MaxAgentPoolCountReached',
    `The cluster has reached the maximum number of agent pools (${limit}).`,
  );
}

export function propertyChangeNotAllowed(property: string): ServiceError {
  return refusal(
    400,
    'PropertyChangeNotAllowed',
    `Changing property 'properties.${property}' is not allowed.`,
    `properties.${property}`,
  );
}

export function lastSystemPool(): ServiceError {
  return refusal(400, 'MustDefineAtLeastOneSystemPool', 'There has to be at least one system agent pool.');
}
