import type { ClusterIdentity } from '../admin/protocol.ts';
import type { Params } from '../http/route.ts';
import { resourceGroupNotFound, resourceNotFound, subscriptionNotFound } from './errors.ts';

/** @throws ServiceError 404 unless the path names the emulated subscription. */
export function checkSubscription({ subscription = '' }: Params, cluster: ClusterIdentity): void {
  if (!sameName(subscription, cluster.subscriptionId)) throw subscriptionNotFound(subscription);
}

/** @throws ServiceError 404 unless the path names the emulated cluster; it says which part is missing. */
export function checkCluster(params: Params, cluster: ClusterIdentity): void {
  checkSubscription(params, cluster);
  const { group = '', cluster: name = '' } = params;
  if (!sameName(group, cluster.resourceGroup)) throw resourceGroupNotFound(group);
  if (!sameName(name, cluster.clusterName)) {
    throw resourceNotFound('Microsoft.ContainerService/managedClusters', name, group);
  }
}

/** ARM names are compared without regard to case. */
function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
