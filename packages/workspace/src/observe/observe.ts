import { createHash } from 'node:crypto';
import type { Workspace } from '@kaito/crds';
import { keyOf, type Node, type Pod } from '@kaito/kube';
import { nodeLabels, runsOnCpus, type ModelLookup } from '@kaito/planner';
import { readClaim } from '../claims/claim.ts';
import type { ClaimObject } from '../claims/claim-kind.ts';
import { adapterListName } from '../render/adapters/adapter-list.ts';
import { nodePoolName } from '../render/node-pool.ts';
import { tuningConfigName } from '../render/tuning/names.ts';
import { hasLabels, nodeTie } from '../provisioning/node-tie.ts';
import type { TrainingReport } from '../status/tuning/training-log.ts';
import type { Observed, ObservedConfig, ObservedNode, ObservedSecret, ObservedWarning } from '../observed.ts';
import type { AdapterReports } from './adapter-reports.ts';
import { anySize, byFreeSize, byWorkspace, type Informers } from './informers.ts';
import { anyLabelledWorkspace } from './ties.ts';
import { configKeys } from './trim.ts';

/** What is asked for elsewhere than in the caches. */
export interface Looked {
  readonly model: ModelLookup | undefined;
  readonly secrets: readonly ObservedSecret[];
  readonly logTail: string | undefined;
  readonly training?: TrainingReport | undefined;
  readonly warnings: readonly ObservedWarning[];
  readonly adapterReports?: AdapterReports;
}

/** Puts together what there is of a workspace. @param mode whether nodes are made, or brought by users */
export function observe(
  informers: Informers,
  workspace: Workspace,
  { mode, looked }: { readonly mode: 'auto' | 'brought'; readonly looked: Looked },
): Observed {
  const key = keyOf(workspace);
  const { name, namespace } = workspace.metadata;
  const headless = keyOf({ metadata: { name: `${name}-headless`, namespace } });
  return {
    workspace,
    claims: informers.claims
      // The kind of the informer says which of the two the object is.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
      .flatMap(({ kind, informer }) => informer.byIndex(byWorkspace, key).map(it => readClaim(kind, it as ClaimObject)))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    nodePool: informers.nodePools?.get(nodePoolName(workspace)),
    nodes: mode === 'brought' ? broughtNodes(informers, workspace) : ownAndFreeNodes(informers, workspace),
    pods: podsOf(informers, workspace),
    statefulSet: informers.statefulSets.get(key),
    service: informers.services.get(key),
    headlessService: informers.services.get(headless),
    adapterList: informers.configMaps.get(keyOf({ metadata: { name: adapterListName(workspace), namespace } })),
    deployment: informers.deployments.get(key),
    job: informers.jobs.get(key),
    trainingConfig: informers.configMaps.get(keyOf({ metadata: { name: tuningConfigName(workspace), namespace } })),
    config: observeConfig(informers, workspace),
    ...looked,
  };
}

/** The pods of a workload. Of a training only that of the present attempt: what became of earlier ones is told by the Job. */
export function podsOf({ pods }: Pick<Informers, 'pods'>, workspace: Workspace): readonly Pod[] {
  const all = pods.byIndex(byWorkspace, keyOf(workspace));
  if (!workspace.tuning) return all;
  return all.toSorted((a, b) => (bornAt(a) < bornAt(b) ? -1 : 1)).slice(-1);
}

function bornAt({ metadata }: Pod): string {
  return `${metadata.creationTimestamp ?? ''}/${metadata.name}`;
}

/** The ConfigMap that a workspace names, as far as it is there. */
export function observeConfig(
  informers: { readonly configMaps: Pick<Informers['configMaps'], 'get'> },
  workspace: Workspace,
): ObservedConfig {
  const name = workspace.inference?.config ?? workspace.tuning?.config;
  if (!name) return { state: 'none' };
  const config = informers.configMaps.get(keyOf({ metadata: { name, namespace: workspace.metadata.namespace } }));
  if (!config) return { state: 'missing', name };
  const key = workspace.tuning ? configKeys.tuning : configKeys.inference;
  const text = config.data?.[key];
  if (text === undefined) return { state: 'empty', name, key };
  return { state: 'read', name, text, hash: createHash('sha256').update(text).digest('hex') };
}

function ownAndFreeNodes({ nodes }: Informers, workspace: Workspace): readonly ObservedNode[] {
  const wanted = nodeLabels(workspace);
  const found = [
    ...nodes.byIndex(byWorkspace, keyOf(workspace)),
    ...sizesToPlan(workspace).flatMap(size => nodes.byIndex(byFreeSize, size)),
  ];
  return found.flatMap(node => {
    const tie = nodeTie(node, workspace, wanted, 'auto');
    return tie ? [{ node, tie }] : [];
  });
}

/** The sizes that a pass may come to plan, on whichever step of the ladder; any where one is left open. */
function sizesToPlan({ resource, status }: Workspace): readonly string[] {
  const steps = [resource, ...(resource?.alternatives ?? [])].map(step => step?.instanceType?.toLowerCase());
  if (steps.some(size => !size)) return [anySize];
  return [...new Set([...steps, status?.plan?.instanceType.toLowerCase()])].filter(size => size !== undefined);
}

/** Of the nodes that users bring, their labels alone decide. A preset on GPUs needs some; others may do without. */
export function broughtNodes({ nodes }: Pick<Informers, 'nodes'>, workspace: Workspace): readonly ObservedNode[] {
  const wanted = nodeLabels(workspace);
  const key = keyOf(workspace);
  const mayLack = mayLackGpus(workspace);
  return nodes
    .list()
    .filter(node => hasLabels(node, wanted) && anyLabelledWorkspace(node).every(owner => owner === key))
    .filter(node => mayLack || showsGpus(node))
    .map(node => ({ node, tie: 'brought' as const }));
}

/** Whether nodes without GPUs may do for a workspace. */
export function mayLackGpus(workspace: Workspace): boolean {
  return workspace.inference?.template !== undefined || runsOnCpus(workspace);
}

function showsGpus({ metadata, status }: Node): boolean {
  const names = [...Object.keys(metadata.labels ?? {}), ...Object.keys(status?.allocatable ?? {})];
  return names.some(name => name.startsWith('nvidia.com/'));
}
