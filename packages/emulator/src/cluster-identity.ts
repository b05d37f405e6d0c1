import type { ClusterIdentity } from './admin/protocol.ts';

export type IdentityOptions = { readonly [Key in keyof ClusterIdentity]?: ClusterIdentity[Key] | undefined };

/** Whom the emulator plays. What is left out or empty is made up, with ids that nobody can take for real ones. */
export function clusterIdentity(options: IdentityOptions): ClusterIdentity {
  const resourceGroup = options.resourceGroup || 'kaito';
  const clusterName = options.clusterName || 'kaito';
  const location = options.location || 'eastus';
  return {
    tenantId: options.tenantId || '00000000-0000-0000-0000-00000000000a',
    clientId: options.clientId || '00000000-0000-0000-0000-00000000000b',
    subscriptionId: options.subscriptionId || '00000000-0000-0000-0000-000000000001',
    resourceGroup,
    clusterName,
    location,
    nodeResourceGroup: options.nodeResourceGroup || `MC_${resourceGroup}_${clusterName}_${location}`,
    kubernetesVersion: options.kubernetesVersion || '1.36.3',
  };
}
