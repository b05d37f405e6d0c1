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
import { predecessors } from './predecessor.ts';

/** Tools of the step. */
export interface ServiceTools {
  readonly client: Client;
  readonly informer: Pick<Informer<Service>, 'get'>;
  readonly signal: AbortSignal;
}

/** What is to be written. */
export interface ServiceWrites {
  /** All that the workspace is to have. */
  readonly desired: readonly Service[];
  /** Those that are written now. */
  readonly there: readonly Service[];
  /** Pods that answer, where a selector alone could not tell them. */
  readonly leaders: readonly Pod[];
}

/**
 * Brings Services to what is wanted, takes away the one for which there is no more use, and marks the pods that answer; writes nothing
 * when all is so already.
 */
export async function ensureServices(
  { workspace, headlessService }: Observed,
  { desired, there, leaders }: ServiceWrites,
  { client, informer, signal }: ServiceTools,
): Promise<void> {
  const wanted = new Set(desired.map(({ metadata }) => metadata.name));
  const isSpare = headlessService && !wanted.has(headlessService.metadata.name);
  await Promise.all([
    ...there.map(service =>
      applyIfChanged(client, informer, services, service, { fieldManager, predecessors, signal }),
    ),
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
