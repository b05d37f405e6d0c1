import { join } from 'node:path';
import { cacheDir } from '../binaries/settings.ts';
import type { Environment } from '../stack/options.ts';
import type { EmulatorProcess } from './emulator-process.ts';

/** The namespace of the controllers' own objects, such as their leases. */
export const SYSTEM_NAMESPACE = 'kaito-system';

/** What a process of our own takes over from our environment: nothing that could configure it, such as a proxy or ARM_*. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'] as const;

/**
 * The environment that every process of our own starts from. Node keeps the compiled form of the bundles between runs,
 * which takes a third off their start.
 */
export function inheritedEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const inherited = Object.fromEntries(INHERITED.map(name => [name, env[name]]));
  return {
    ...inherited,
    NODE_COMPILE_CACHE: join(cacheDir(env), 'compiled'),
    // glibc keeps an arena for each thread of Node's pool, which does next to nothing here: 15 MiB less for each process.
    MALLOC_ARENA_MAX: '1',
  };
}

/** What the gpu-provisioner is configured by: the emulator is its ARM, its Entra and the CA of both. */
export async function provisionerEnvironment(options: {
  readonly kubeconfig: string;
  readonly emulator: EmulatorProcess;
  readonly tokenFile: string;
}): Promise<Environment> {
  const { kubeconfig, emulator, tokenFile } = options;
  const { cluster } = await emulator.client.state();
  return {
    KUBECONFIG: kubeconfig,
    LEADER_ELECTION_NAMESPACE: SYSTEM_NAMESPACE,
    ARM_SUBSCRIPTION_ID: cluster.subscriptionId,
    ARM_RESOURCE_GROUP: cluster.resourceGroup,
    AZURE_CLUSTER_NAME: cluster.clusterName,
    LOCATION: cluster.location,
    AZURE_TENANT_ID: cluster.tenantId,
    AZURE_CLIENT_ID: cluster.clientId,
    AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    AZURE_AUTHORITY_HOST: emulator.url,
    ARM_ENDPOINT: emulator.url,
    AZURE_CA_FILE: emulator.caFile,
  };
}

/**
 * What the workspace controller is configured by.
 * @param webhook whether the API server asks it about workspaces.
 * @param registry of the stack, which stands for the public one then
 */
export function workspaceEnvironment(kubeconfig: string, webhook: boolean, registry?: string): Environment {
  return {
    KUBECONFIG: kubeconfig,
    LEADER_ELECTION_NAMESPACE: SYSTEM_NAMESPACE,
    PRESET_REGISTRY_NAME: registry === undefined ? 'mcr.microsoft.com/aks/kaito' : `${registry}/aks/kaito`,
    KAITO_CLAIM_KIND: 'machine',
    // Tests and demonstrations ask nobody outside of this machine.
    HF_ENDPOINT: 'off',
    ...(webhook ? { WEBHOOK_HOSTS: '127.0.0.1' } : { WEBHOOK_ENABLED: 'false' }),
  };
}
