import { AzureConfigError } from '@kaito/azure';
import type { AzureConfig } from '@kaito/azure';
import { loadOptions, processOptions } from '@kaito/kube';
import type { Options } from '@kaito/kube';
import type { Deadlines } from './controllers/claim/launch-deadline.ts';
import { readTags } from './pools/tags.ts';
import type { PoolDefaults } from './pools/pool-wish.ts';
import { azureOptions } from './options/azure-options.ts';
import { fleetOptions } from './options/fleet-options.ts';
import { launchOptions } from './options/launch-options.ts';

/**
 * The settings, each as flag, environment variable and key of a YAML file. The environment names are those that the Go
 * gpu-provisioner reads, so that its charts and scripts go on working; what it does not have follows.
 */
export const optionTable = {
  ...azureOptions,
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
  ...launchOptions,
  ...fleetOptions,
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

/** What the options say every agent pool gets. @throws TagsError when a tag is none that Azure takes. */
export function poolDefaults({ azureTags, vnetSubnetId, podSubnetId }: ProvisionerOptions): PoolDefaults {
  return { tags: readTags(azureTags), vnetSubnetId, podSubnetId };
}

/** What the options say about how long a launch may take. */
export function deadlines(options: ProvisionerOptions): Deadlines {
  const { launchTimeout, registrationTimeout, initializationTimeout } = options;
  return { launchMs: launchTimeout, registrationMs: registrationTimeout, initializationMs: initializationTimeout };
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
