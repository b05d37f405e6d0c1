import {
  applyIfChanged,
  controllerRevisions,
  ignoreNotFound,
  type Client,
  type ControllerRevision,
  type Informer,
} from '@kaito/kube';
import { fieldManager } from '../render/ownership.ts';
import type { RevisionStep } from '../revisions/revision.ts';

/** Tools of the step. */
export interface RevisionTools {
  readonly client: Client;
  readonly informer: Pick<Informer<ControllerRevision>, 'get'>;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** Writes the present revision where it is new, and deletes those that are too old. */
export async function ensureRevision({ write, prune }: RevisionStep, tools: RevisionTools): Promise<void> {
  const { client, informer, namespace, signal } = tools;
  if (write) await applyIfChanged(client, informer, controllerRevisions, write, { fieldManager, signal });
  await Promise.all(
    prune.map(name => ignoreNotFound(client.delete(controllerRevisions, { name, namespace }, { signal }))),
  );
}
