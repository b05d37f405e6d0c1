import type { ContainerServiceClient, ManagedCluster } from '@azure/arm-containerservice';
import type { CallOptions } from './agent-pools.ts';
import type { Calls } from './calls.ts';
import { present } from './present.ts';

/** The AKS cluster that the pools belong to. */
export interface ClusterInfo {
  /** ARM resource id. */
  readonly id: string;
  readonly name: string;
  /** Region, such as `eastus`. */
  readonly location: string;
  readonly provisioningState: string;
  /** Running or Stopped. */
  readonly powerState?: string;
  /** The group in which AKS keeps the machines (MC_…). */
  readonly nodeResourceGroup?: string;
  /** The version that runs, else the one asked for. */
  readonly kubernetesVersion?: string;
  readonly oidcIssuerUrl?: string;
  readonly maxAgentPools?: number;
}

export interface Cluster {
  /** Reads the cluster. @throws AzureError, of kind `notFound` when it or its resource group is missing. */
  get(options?: CallOptions): Promise<ClusterInfo>;
}

/** Cluster over ARM. */
export function createCluster(
  calls: Calls,
  client: ContainerServiceClient,
  scope: { readonly resourceGroup: string; readonly clusterName: string },
): Cluster {
  return {
    get: async ({ signal } = {}) => {
      const { value } = await calls.run('cluster.get', signal, async () =>
        fromSdkCluster(await client.managedClusters.get(scope.resourceGroup, scope.clusterName)),
      );
      return value;
    },
  };
}

function fromSdkCluster(cluster: Partial<ManagedCluster>): ClusterInfo {
  const { name, location } = cluster;
  if (!name || !location) throw new TypeError('the answer holds no cluster: it has no name or location');
  return {
    id: cluster.id ?? '',
    name,
    location,
    provisioningState: cluster.provisioningState ?? '',
    ...present({
      powerState: cluster.powerState?.code,
      nodeResourceGroup: cluster.nodeResourceGroup,
      kubernetesVersion: cluster.currentKubernetesVersion ?? cluster.kubernetesVersion,
      oidcIssuerUrl: cluster.oidcIssuerProfile?.issuerURL,
      maxAgentPools: cluster.maxAgentPools,
    }),
  };
}
