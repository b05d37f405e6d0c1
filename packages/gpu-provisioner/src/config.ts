import { AzureConfigError } from '@kaito/azure';
import type { AzureConfig } from '@kaito/azure';
import { loadOptions, processOptions } from '@kaito/kube';
import type { Options } from '@kaito/kube';

/**
 * The settings, each as flag, environment variable and key of a YAML file. The environment names are those that the Go
 * gpu-provisioner reads, so that its charts and scripts go on working; what it does not have follows.
 */
export const optionTable = {
  subscriptionId: {
    flag: '--arm-subscription-id <id>',
    env: 'ARM_SUBSCRIPTION_ID',
    type: 'string',
    required: true,
    description: 'Subscription of the AKS cluster',
  },
  resourceGroup: {
    flag: '--arm-resource-group <name>',
    env: 'ARM_RESOURCE_GROUP',
    type: 'string',
    required: true,
    description: 'Resource group of the AKS cluster',
  },
  clusterName: {
    flag: '--azure-cluster-name <name>',
    env: 'AZURE_CLUSTER_NAME',
    type: 'string',
    required: true,
    description: 'Name of the AKS cluster',
  },
  location: {
    flag: '--location <region>',
    env: 'LOCATION',
    type: 'string',
    required: true,
    description: 'Azure region of the AKS cluster, such as eastus',
  },
  tenantId: {
    flag: '--azure-tenant-id <id>',
    env: 'AZURE_TENANT_ID',
    type: 'string',
    description: 'Microsoft Entra tenant of the identity; not needed with a managed identity',
  },
  clientId: {
    flag: '--azure-client-id <id>',
    env: 'AZURE_CLIENT_ID',
    type: 'string',
    description: 'Client id of the identity; without it a managed identity is the system-assigned one',
  },
  clientSecret: {
    flag: '--azure-client-secret <secret>',
    env: 'AZURE_CLIENT_SECRET',
    type: 'string',
    secret: true,
    description: 'Secret of a service principal; workload identity needs none',
  },
  federatedTokenFile: {
    flag: '--azure-federated-token-file <path>',
    env: 'AZURE_FEDERATED_TOKEN_FILE',
    type: 'string',
    description: 'Projected service account token, for workload identity',
  },
  deploymentMode: {
    flag: '--deployment-mode <mode>',
    env: 'DEPLOYMENT_MODE',
    type: ['self-hosted', 'managed'],
    default: 'self-hosted',
    description: 'self-hosted signs in by workload identity or client secret, managed by managed identity',
  },
  cloud: {
    flag: '--cloud <name>',
    env: 'AZURE_CLOUD',
    type: ['public', 'usgovernment', 'china'],
    default: 'public',
    description: 'Azure cloud; decides the endpoints unless they are given',
  },
  armEndpoint: {
    flag: '--arm-endpoint <url>',
    env: 'ARM_ENDPOINT',
    type: 'string',
    description: "https URL of Azure Resource Manager instead of the cloud's",
  },
  authorityHost: {
    flag: '--azure-authority-host <url>',
    env: 'AZURE_AUTHORITY_HOST',
    type: 'string',
    description: "https URL of Microsoft Entra instead of the cloud's",
  },
  caFile: {
    flag: '--azure-ca-file <path>',
    env: 'AZURE_CA_FILE',
    type: 'string',
    description: 'PEM file of the certificate authorities to trust towards Azure',
  },
  kubeconfig: {
    flag: '--kubeconfig <path>',
    env: 'KUBECONFIG',
    type: 'string',
    description: "kubeconfig file; in a cluster the pod's own service account is used",
  },
  ...processOptions,
  disableLeaderElection: {
    flag: '--disable-leader-election',
    env: 'DISABLE_LEADER_ELECTION',
    type: 'boolean',
    default: false,
    description: 'The same the other way round, as the Go provisioner has it',
  },
  leaderElectionName: {
    flag: '--leader-election-name <name>',
    env: 'LEADER_ELECTION_NAME',
    type: 'string',
    default: 'gpu-provisioner-leader-election',
    description: 'Name of the Lease',
  },
  leaderElectionNamespace: {
    flag: '--leader-election-namespace <namespace>',
    env: 'LEADER_ELECTION_NAMESPACE',
    type: 'string',
    default: 'gpu-provisioner',
    description: 'Namespace of the Lease',
  },
  workers: {
    flag: '--workers <count>',
    env: 'CLAIM_WORKERS',
    type: 'integer',
    min: 1,
    max: 1000,
    default: 64,
    description: 'How many claims are worked on at once; none of them waits for Azure',
  },
  pollCreate: {
    flag: '--poll-create <duration>',
    env: 'POLL_CREATE',
    type: 'duration',
    default: '1s',
    description: 'First interval of looking at agent pools while one is being made; it grows up to --poll-max',
  },
  pollDelete: {
    flag: '--poll-delete <duration>',
    env: 'POLL_DELETE',
    type: 'duration',
    default: '500ms',
    description: 'The same while one is being deleted',
  },
  pollMax: {
    flag: '--poll-max <duration>',
    env: 'POLL_MAX',
    type: 'duration',
    default: '15s',
    description: 'Longest interval while something is in flight',
  },
  pollIdle: {
    flag: '--poll-idle <duration>',
    env: 'POLL_IDLE',
    type: 'duration',
    default: '2m',
    description: 'Interval while nothing is',
  },
} as const;

export type ProvisionerOptions = Options<typeof optionTable>;

/**
 * Reads the settings from flags, environment and file, in this order of precedence.
 * @throws an error that names every setting that is missing or wrong.
 */
export function loadConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ProvisionerOptions {
  return loadOptions(optionTable, {
    argv,
    env,
    name: 'gpu-provisioner',
    description: 'Turns Machines and NodeClaims into AKS agent pools, and their machines into nodes.',
    examples: [
      'gpu-provisioner --arm-subscription-id 0000 --arm-resource-group rg --azure-cluster-name aks --location eastus',
      'gpu-provisioner --config /etc/kaito/gpu-provisioner.yaml --log-level debug',
    ],
  });
}

/** What the options say about Azure. */
export function azureConfig(options: ProvisionerOptions, userAgent: string): AzureConfig {
  const { subscriptionId, resourceGroup, clusterName, cloud, armEndpoint, authorityHost, caFile } = options;
  return {
    subscriptionId,
    resourceGroup,
    clusterName,
    cloud,
    userAgent,
    credential: credential(options),
    ...(armEndpoint && { armEndpoint }),
    ...(authorityHost && { authorityHost }),
    ...(caFile && { caFile }),
  };
}

/** One credential, chosen by what is configured: no chain of attempts, whose failures are slow and hard to read. */
function credential(options: ProvisionerOptions): AzureConfig['credential'] {
  const { deploymentMode, tenantId, clientId, clientSecret, federatedTokenFile } = options;
  const identity = { ...(tenantId && { tenantId }), ...(clientId && { clientId }) };
  if (deploymentMode === 'managed') return { type: 'managed-identity', ...identity };
  if (federatedTokenFile) return { type: 'workload-identity', ...identity, federatedTokenFile };
  if (clientSecret) return { type: 'client-secret', ...identity, clientSecret };
  throw new AzureConfigError(
    'no identity is configured: set AZURE_FEDERATED_TOKEN_FILE (workload identity), AZURE_CLIENT_SECRET (service principal) or DEPLOYMENT_MODE=managed (managed identity)',
  );
}
