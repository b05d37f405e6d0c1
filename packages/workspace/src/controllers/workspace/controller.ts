import { findCondition, labels, workspaceConditions, workspaces, type Workspace } from '@kaito/crds';
import { Controller, keyOf, type ConfigMap, type KubeObject, type Logger, type Metrics, type Node } from '@kaito/kube';
import type { ModelDirectory } from '../../models/model-directory.ts';
import { modelNameOf } from '../../models/model-of-workspace.ts';
import { byConfig, childWorkspace, type Informers } from '../../observe/informers.ts';
import type { LogReports } from '../../observe/log-reports.ts';
import { mayLackGpus } from '../../observe/observe.ts';
import { anyLabelledWorkspace, owningWorkspace, podWorkspace } from '../../observe/ties.ts';
import { sameNode } from '../../nodes/same-node.ts';
import { nodePoolName } from '../../render/node-pool.ts';
import { LostWorkspaces } from './lost-workspaces.ts';
import { WorkspaceReconciler, type ReconcilerOptions } from './reconciler.ts';

/** A pass waits for the API server nearly all the time, so many can share a thread. */
const workers = 50;
const backoff = { baseMs: 50, maxMs: 5 * 60_000 };

export interface WorkspaceControllerOptions extends ReconcilerOptions {
  readonly models: ModelDirectory;
  readonly reports: LogReports;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The controller of workspaces: which changes wake it, and for which workspace. The watches only enqueue keys. */
export function createWorkspaceController(options: WorkspaceControllerOptions): Controller {
  const { informers, clock, logger, metrics, models, provisioning, reports } = options;
  const lost = new LostWorkspaces();
  informers.workspaces.onEvent(({ type, object }) => {
    if (type === 'deleted') lost.note(object);
  });
  const reconciler = new WorkspaceReconciler(options, lost, key => controller.enqueue(key));
  const controller: Controller = new Controller({
    name: workspaces.kind.toLowerCase(),
    reconcile: (key, context) => reconciler.reconcile(key, context),
    workers,
    backoff,
    logger,
    metrics,
    clock,
  });
  for (const { informer } of informers.claims) controller.watch(informer, anyLabelledWorkspace);
  if (informers.nodePools) controller.watch(informers.nodePools, now => poolWorkspaces(informers, now));
  reports.onChange(key => controller.enqueue(key));
  models.onChange(names => {
    for (const key of namingModel(informers, names)) controller.enqueue(key);
  });
  return controller
    .watch(informers.workspaces, (now, old) => (old && !wasEdited(now, old) ? [] : [keyOf(now)]))
    .watch(informers.nodes, (now, old) => nodeWorkspaces(informers, provisioning.mode, now, old))
    .watch(informers.pods, (now, old) => both(podWorkspace, now, old))
    .watch(informers.services, now => childWorkspace(informers, now))
    .watch(informers.statefulSets, now => childWorkspace(informers, now))
    .watch(informers.deployments, now => childWorkspace(informers, now))
    .watch(informers.jobs, now => childWorkspace(informers, now))
    .watch(informers.revisions, now => owningWorkspace(now))
    .watch(informers.configMaps, now => [...namingConfig(informers, now), ...childWorkspace(informers, now)]);
}

/** Whether more than the status changed. The status is our own writing and needs no answer. */
function wasEdited(now: Workspace, old: Workspace): boolean {
  return edition(now) !== edition(old);
}

function edition({ metadata }: Workspace): string {
  const { uid, generation, deletionTimestamp, finalizers, labels: own, annotations } = metadata;
  return JSON.stringify([uid, generation, deletionTimestamp, finalizers, own, annotations]);
}

/** An object whose labels were changed concerns the workspace that it belonged to as well. */
function both(owner: (object: KubeObject) => readonly string[], now: KubeObject, old?: KubeObject): readonly string[] {
  return old ? [...new Set([...owner(now), ...owner(old)])] : owner(now);
}

/** Whom a change of a node concerns: its workspace, and where nobody has it, those that wait for nodes. */
function nodeWorkspaces(informers: Informers, mode: 'auto' | 'brought', now: Node, old?: Node): readonly string[] {
  if (old && sameNode(now, old)) return [];
  const owners = both(anyLabelledWorkspace, now, old);
  const hasGpus = offersGpus(now);
  if (owners.length > 0 || (mode === 'auto' && !hasGpus)) return owners;
  return informers.workspaces
    .list()
    .filter(workspace => (mode === 'brought' ? hasGpus || mayLackGpus(workspace) : isWaitingForNodes(workspace, now)))
    .map(keyOf);
}

/** The workspace that a pool is for, or that it keeps from having a pool of its name. */
function poolWorkspaces({ workspaces: known }: Informers, pool: KubeObject): readonly string[] {
  const owners = anyLabelledWorkspace(pool);
  if (owners.length > 0) return owners;
  const { name } = pool.metadata;
  return known
    .list()
    .filter(workspace => nodePoolName(workspace) === name)
    .map(keyOf);
}

function offersGpus({ status }: Node): boolean {
  return Object.keys(status?.allocatable ?? {}).some(name => name.startsWith('nvidia.com/'));
}

function isWaitingForNodes(workspace: Workspace, node: Node): boolean {
  const size = node.metadata.labels?.[labels.instanceType]?.toLowerCase();
  const wanted = workspace.status?.plan?.instanceType ?? workspace.resource?.instanceType;
  const isThere = findCondition(workspace, workspaceConditions.nodesReady)?.status === 'True';
  return !isThere && wanted !== undefined && wanted.toLowerCase() === size;
}

function namingConfig({ workspaces: known }: Informers, config: ConfigMap): readonly string[] {
  return known.byIndex(byConfig, keyOf(config)).map(keyOf);
}

function namingModel({ workspaces: known }: Informers, names: readonly string[]): readonly string[] {
  const wanted = new Set(names);
  return known
    .list()
    .filter(workspace => wanted.has(modelNameOf(workspace)?.toLowerCase() ?? ''))
    .map(keyOf);
}
