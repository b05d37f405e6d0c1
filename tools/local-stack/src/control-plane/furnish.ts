import { ignoreNotFound, namespaces, serviceAccounts, type Client } from '@kaito/kube';
import { SYSTEM_NAMESPACE } from '../apps/app-environment.ts';
import type { Program } from '../processes/program.ts';
import { waitUntilUp } from '../processes/wait-until-up.ts';
import { installCustomResources, readCustomResources } from './custom-resources.ts';

const SERVICE_ACCOUNT_WITHIN_MS = 30_000;

/**
 * Puts into a new cluster what the controllers need before they start: their kinds, and a namespace for their leases.
 * @param others kinds that this stack has beside ours
 */
export async function furnish(
  client: Client,
  others: Awaited<ReturnType<typeof readCustomResources>>,
  signal: AbortSignal,
): Promise<void> {
  const definitions = [...(await readCustomResources()), ...others];
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } };
  await Promise.all([
    installCustomResources(client, definitions, signal),
    client.create(namespaces, namespace, { signal }),
  ]);
}

/**
 * Resolves when pods can be created in the default namespace. The API server refuses them before the controller manager
 * has made the namespace's service account.
 */
export async function canCreatePods(client: Client, controllerManager: Program, signal: AbortSignal): Promise<void> {
  const key = { namespace: 'default', name: 'default' };
  await waitUntilUp([controllerManager], () => ignoreNotFound(client.get(serviceAccounts, key, { signal })), {
    timeoutMs: SERVICE_ACCOUNT_WITHIN_MS,
    signal,
  });
}
