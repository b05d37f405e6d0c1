import { workspaces, type Workspace } from '@kaito/crds';
import {
  Controller,
  keyOf,
  type Cache,
  type Clock,
  type EventRecorder,
  type KubeObject,
  type Logger,
  type Metrics,
} from '@kaito/kube';
import type { ClaimKind } from '../../claims/claim-kind.ts';
import { createInformers, labelledWorkspace, owningWorkspace, podWorkspace, type Informers } from './informers.ts';
import { sameFacts } from './nodes.ts';
import { WorkspaceReconciler } from './reconciler.ts';

/** A pass waits for the API server nearly all the time, so many can share a thread. */
const workers = 50;
const backoff = { baseMs: 50, maxMs: 5 * 60_000 };

export interface WorkspaceControllerOptions {
  readonly cache: Cache;
  readonly events: EventRecorder;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly claimKind: ClaimKind;
  /** The kinds of claim that the API server knows, the chosen one among them. */
  readonly servedKinds: readonly ClaimKind[];
  /** Registry and path of the preset images. */
  readonly registry: string;
}

/** The controller of workspaces: which changes wake it, and for which workspace. The watches only enqueue keys. */
export function createWorkspaceController(options: WorkspaceControllerOptions): Controller {
  const { cache, events, clock, claimKind, registry, logger, metrics } = options;
  const informers = createInformers(cache, options.servedKinds);
  const reconciler = new WorkspaceReconciler({ client: cache.client, informers, events, clock, claimKind, registry });
  const controller = new Controller({
    name: workspaces.kind.toLowerCase(),
    reconcile: (key, context) => reconciler.reconcile(key, context),
    workers,
    backoff,
    logger,
    metrics,
    clock,
  });
  for (const { informer } of informers.claims) controller.watch(informer, labelledWorkspace);
  return controller
    .watch(informers.workspaces, (now, old) => (old && !wasEdited(now, old) ? [] : [keyOf(now)]))
    .watch(informers.nodes, (now, old) => (old && sameFacts(now, old) ? [] : both(labelledWorkspace, now, old)))
    .watch(informers.pods, (now, old) => both(podWorkspace, now, old))
    .watch(informers.services, now => childWorkspace(informers, now))
    .watch(informers.deployments, now => childWorkspace(informers, now));
}

/** Whether more than the status changed. The status is our own writing and needs no answer. */
function wasEdited(now: Workspace, old: Workspace): boolean {
  return edition(now) !== edition(old);
}

function edition({ metadata }: Workspace): string {
  const { uid, generation, deletionTimestamp, finalizers, labels, annotations } = metadata;
  return JSON.stringify([uid, generation, deletionTimestamp, finalizers, labels, annotations]);
}

/** An object whose labels were changed concerns the workspace that it belonged to as well. */
function both(owner: (object: KubeObject) => readonly string[], now: KubeObject, old?: KubeObject): readonly string[] {
  return old ? [...new Set([...owner(now), ...owner(old)])] : owner(now);
}

/** The workspace that owns the object, or that it keeps from having an object of its name. */
function childWorkspace({ workspaces: known }: Informers, object: KubeObject): readonly string[] {
  const owners = owningWorkspace(object);
  if (owners.length > 0) return owners;
  return known.get(keyOf(object)) ? [keyOf(object)] : [];
}
