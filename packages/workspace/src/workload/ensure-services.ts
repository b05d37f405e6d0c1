import {
  applyIfChanged,
  ignoreNotFound,
  patchMetadata,
  pods,
  services,
  type Client,
  type Informer,
  type Pod,
  type Service,
} from '@kaito/kube';
import type { Observed } from '../observed.ts';
import { firstOfCopyLabel } from '../render/copies.ts';
import { fieldManager, isControlledBy } from '../render/ownership.ts';

/** Tools of the step. */
export interface ServiceTools {
  readonly client: Client;
  readonly informer: Pick<Informer<Service>, 'get'>;
  readonly signal: AbortSignal;
}

/**
 * Brings the Services of a workspace to what is wanted, takes away the one that is no longer, and marks the pods that answer where a
 * selector alone could not tell them; writes nothing when all is so already.
 */
export async function ensureServices(
  { workspace, headlessService }: Observed,
  { desired, leaders }: { readonly desired: readonly Service[]; readonly leaders: readonly Pod[] },
  { client, informer, signal }: ServiceTools,
): Promise<void> {
  const wanted = new Set(desired.map(({ metadata }) => metadata.name));
  const isSpare = headlessService && !wanted.has(headlessService.metadata.name);
  await Promise.all([
    ...desired.map(service => applyIfChanged(client, informer, services, service, { fieldManager, signal })),
    ...(isSpare && isControlledBy(headlessService, workspace) ? [deleteService(headlessService, client, signal)] : []),
    ...leaders.map(pod =>
      ignoreNotFound(patchMetadata(client, pods, pod, { labels: { [firstOfCopyLabel]: 'true' } }, { signal })),
    ),
  ]);
}

async function deleteService({ metadata }: Service, client: Client, signal: AbortSignal): Promise<void> {
  const { name, namespace, uid } = metadata;
  await ignoreNotFound(client.delete(services, { name, namespace }, { signal, uid }));
}
