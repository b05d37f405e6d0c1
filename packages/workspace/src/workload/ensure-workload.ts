import {
  applyIfChanged,
  configMaps,
  deployments,
  keyOf,
  statefulSets,
  type Client,
  type ConfigMap,
  type Informer,
  type RecordedEvent,
  type StatefulSet,
} from '@kaito/kube';
import type { Workspace } from '@kaito/crds';
import type { Plan } from '@kaito/planner';
import type { Observed } from '../observed.ts';
import { fieldManager, isControlledBy } from '../render/ownership.ts';
import { decideRollout, type RolloutDecision } from '../revisions/rollout.ts';
import type { Workload } from '../render/workload.ts';
import { changedImmutableFields } from './immutable-fields.ts';
import { noteTakeOver, predecessors, servesOn } from './predecessor.ts';
import { replaceWorkload, type Replaced } from './replace-workload.ts';

/** Tools of the step. */
export interface WorkloadTools {
  readonly client: Client;
  readonly informers: {
    readonly statefulSets: Pick<Informer<StatefulSet>, 'get'>;
    readonly configMaps: Pick<Informer<ConfigMap>, 'get'>;
  };
  readonly signal: AbortSignal;
  readonly tell: (event: RecordedEvent) => void;
}

/**
 * Brings the StatefulSet of a workspace to what the plan says, as soon as its pods could be placed; writes nothing when it is so
 * already. A Deployment that served in its place goes first, and so does a StatefulSet whose unchangeable fields differ. The list of
 * adapters goes with the StatefulSet: pods that could not have them yet are not told of them, and those that can need nothing else.
 */
export async function ensureWorkload(
  observed: Observed,
  plan: Plan,
  { statefulSet: desired, adapterList }: Pick<Workload, 'statefulSet' | 'adapterList'>,
  tools: WorkloadTools,
): Promise<RolloutDecision> {
  const { workspace, deployment, statefulSet: live } = observed;
  if (live && servesOn(live, desired)) return takeOver(workspace, live, desired, tools);
  const decision = decideRollout(observed, plan, desired);
  if (!decision.go) return decision;
  if (deployment && isControlledBy(deployment, workspace)) {
    return replace(
      workspace,
      { resource: deployments, object: deployment, why: 'it is served from a StatefulSet now' },
      tools,
    );
  }
  const changed = live ? changedImmutableFields(live, desired) : [];
  if (live && changed.length > 0) {
    const why = `its ${changed.join(', ')} cannot be changed in place`;
    return replace(workspace, { resource: statefulSets, object: live, why }, tools);
  }
  const { client, informers, signal } = tools;
  const isOther = adapterList !== undefined && (await writeList(adapterList, tools));
  await applyIfChanged(client, informers.statefulSets, statefulSets, desired, { fieldManager, predecessors, signal });
  return isOther && decision.kind === 'keep' ? { go: true, kind: 'live' } : decision;
}

/**
 * A list that is not known is created, which fails where somebody else has one of the name that the cache does not know yet.
 * @returns whether it was another one before
 */
async function writeList(list: ConfigMap, { client, informers, signal }: WorkloadTools): Promise<boolean> {
  if (!informers.configMaps.get(keyOf(list))) await client.create(configMaps, list, { signal });
  return (await applyIfChanged(client, informers.configMaps, configMaps, list, { fieldManager, signal })).changed;
}

/** A workload of KAITO's serves on. */
async function takeOver(
  { metadata }: Workspace,
  live: StatefulSet,
  desired: StatefulSet,
  tools: WorkloadTools,
): Promise<RolloutDecision> {
  if (await noteTakeOver(live, desired, tools)) {
    const message = `StatefulSet ${live.metadata.name}, which KAITO made for workspace ${metadata.name}, serves on as it is until the workspace is changed`;
    tools.tell({ type: 'Normal', reason: 'TakenOver', message });
  }
  return { go: true, kind: 'keep' };
}

function replace(
  { metadata }: Workspace,
  { resource, object, why }: Pick<Replaced, 'resource' | 'object'> & { readonly why: string },
  tools: WorkloadTools,
): Promise<RolloutDecision> {
  const message = `${resource.kind} ${object.metadata.name} of workspace ${metadata.name} is made anew: ${why}`;
  return replaceWorkload({ resource, object, reason: 'WorkloadMigration', message }, tools);
}
