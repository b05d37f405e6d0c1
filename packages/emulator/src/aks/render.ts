import type { ClusterIdentity, ClusterState } from '../admin/protocol.ts';
import type { AgentPoolDialect } from '../arm/api-version.ts';
import { operationStatus } from './operation.ts';
import type { Operation } from './operation.ts';
import { provisioningError, provisioningState } from './pool.ts';
import type { Pool } from './pool.ts';

/** ARM id of the cluster. AKS answers with `resourcegroups` in lower case, and so do we. */
export function clusterId({ subscriptionId, resourceGroup, clusterName }: ClusterIdentity): string {
  return `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${clusterName}`;
}

/** The envelope that every ARM resource has. */
export interface ArmResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly properties: object;
}

/** When something is shown, to whom, and whether the cluster runs then. */
export interface View {
  readonly now: number;
  readonly dialect: AgentPoolDialect;
  readonly power: ClusterState;
}

/** An agent pool on the wire, as an api-version shows it. */
export function renderPool(pool: Pool, cluster: ClusterIdentity, { now, dialect, power }: View): ArmResource {
  const error = provisioningError(pool, now);
  const moving = power.provisioningState === 'Stopping' || power.provisioningState === 'Starting';
  return {
    id: `${clusterId(cluster)}/agentPools/${pool.name}`,
    name: pool.name,
    type: 'Microsoft.ContainerService/managedClusters/agentPools',
    properties: {
      ...(dialect.etag && { eTag: pool.etag }),
      ...pool.properties,
      powerState: { code: power.powerState },
      provisioningState: moving ? power.provisioningState : provisioningState(pool, now),
      ...(dialect.status && error && { status: { provisioningError: { ...error, details: [] } } }),
    },
  };
}

/** The body of an Azure-AsyncOperation URL (ARM docs, "Track asynchronous operations"). */
export function renderOperation(operation: Operation, now: number): object {
  const status = operationStatus(operation, now);
  return {
    name: operation.id,
    status,
    startTime: new Date(operation.startedAt).toISOString(),
    ...(status !== 'InProgress' && { endTime: new Date(operation.endsAt).toISOString() }),
    ...(status !== 'InProgress' && operation.error && { error: operation.error }),
  };
}

/** The managed cluster, as far as provisioners and tools read it. */
export function renderCluster(
  cluster: ClusterIdentity,
  pools: readonly object[],
  { maxAgentPools, power }: { readonly maxAgentPools: number; readonly power: ClusterState },
): object {
  const { clusterName, location, tenantId, kubernetesVersion, nodeResourceGroup } = cluster;
  return {
    id: clusterId(cluster),
    name: clusterName,
    type: 'Microsoft.ContainerService/ManagedClusters',
    location,
    properties: {
      provisioningState: power.provisioningState,
      powerState: { code: power.powerState },
      kubernetesVersion,
      currentKubernetesVersion: kubernetesVersion,
      dnsPrefix: clusterName,
      nodeResourceGroup,
      enableRBAC: true,
      maxAgentPools,
      oidcIssuerProfile: { enabled: true, issuerURL: `https://${location}.oic.prod-aks.azure.com/${tenantId}/` },
      securityProfile: { workloadIdentity: { enabled: true } },
      agentPoolProfiles: pools,
    },
    identity: { type: 'SystemAssigned', tenantId, principalId: tenantId },
    sku: { name: 'Base', tier: 'Free' },
  };
}
