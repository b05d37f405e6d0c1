import { findCondition } from '@kaito/crds';
import type { Node, Pod } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { isSameSize } from '../../claims/size.ts';
import { isForGpus } from '../../nodes/for-gpus.ts';
import { steps } from '../../render/tuning/names.ts';
import { nodeProgress } from '../../nodes/node-progress.ts';
import type { Observed } from '../../observed.ts';
import { owned } from '../node-trouble.ts';
import { lastOf, momentOf } from '../timestamp.ts';
import type { PhaseName } from './phases.ts';

/** When a phase was over, in milliseconds since the epoch; `skipped` when there is nothing to do in it; undefined when it is not over. */
export type PhaseEnd = number | 'skipped' | undefined;

/** Clocks of controller and API server may differ by so much, in milliseconds. */
const clockSkewMs = 60_000;

/**
 * When the phases between the plan and readiness were over, from the times that claims, nodes and pods carry themselves.
 * @param startedAt when the start began, in milliseconds since the epoch: pods from before are of an earlier one
 */
export function phaseEnds(
  observed: Observed,
  plan: Plan,
  startedAt: number,
): Readonly<Record<Exclude<PhaseName, 'Planned' | 'Ready'>, PhaseEnd>> {
  const pods = podsOfStart(observed, startedAt);
  return {
    Claimed: claimed(observed, plan),
    NodeJoined: joined(observed, plan),
    GpusReady: gpusReady(observed, plan),
    PodScheduled: lastOf(pods.map(pod => trueSince(pod, 'PodScheduled'))),
    ImagesPulled: lastOf(pods.map(containersStarted)),
    ModelLoaded: plan.job === 'inference' ? lastOf(pods.map(pod => trueSince(pod, 'ContainersReady'))) : 'skipped',
  };
}

/** Nodes that were brought or found need no claim. */
function claimed({ claims, nodes }: Observed, plan: Plan): PhaseEnd {
  const had = nodes.filter(({ tie }) => tie === 'reserved' || tie === 'brought').length;
  const wanted = plan.nodes.count - had;
  if (wanted <= 0) return 'skipped';
  const counting = claims.filter(claim => !claim.deleting && isSameSize(claim, plan.nodes));
  return counting.length >= wanted ? lastOf(counting.map(({ createdAt }) => momentOf(createdAt))) : undefined;
}

function joined(observed: Observed, plan: Plan): PhaseEnd {
  const { ready, withoutGpus } = nodeProgress(observed.nodes, plan);
  const usable = [...ready, ...withoutGpus].map(({ name }) => name);
  const nodes = owned(observed.nodes).filter(({ metadata }) => usable.includes(metadata.name));
  return nodes.length >= plan.nodes.count
    ? lastOf(nodes.map(({ metadata }) => momentOf(metadata.creationTimestamp)))
    : undefined;
}

function gpusReady(observed: Observed, plan: Plan): PhaseEnd {
  if (!isForGpus(plan)) return 'skipped';
  const ready = nodeProgress(observed.nodes, plan).ready.map(({ name }) => name);
  if (ready.length < plan.nodes.count) return undefined;
  const nodes = owned(observed.nodes).filter(({ metadata }) => ready.includes(metadata.name));
  return lastOf(nodes.map(node => usableSince(node, observed)));
}

/** Nodes do not say since when they show GPUs; the claim of a node does. */
function usableSince(node: Node, { claims }: Observed): number | undefined {
  const claim = claims.find(({ nodeName }) => nodeName === node.metadata.name);
  return momentOf(claim?.initializedAt) ?? trueSince(node, 'Ready') ?? momentOf(node.metadata.creationTimestamp);
}

/** As many pods as are wanted, of the newest template and made for this start; none when some are missing. */
function podsOfStart({ pods, statefulSet }: Observed, startedAt: number): readonly Pod[] {
  const newest = statefulSet?.status?.updateRevision;
  const current = pods.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      (newest === undefined || metadata.labels?.['controller-revision-hash'] === newest) &&
      (momentOf(metadata.creationTimestamp) ?? 0) + clockSkewMs >= startedAt,
  );
  return current.length >= (statefulSet?.spec?.replicas ?? 1) ? current : [];
}

/** When the last container of a pod was started for the first time, as far as is still known. */
function containersStarted({ spec, status }: Pod): number | undefined {
  // Of a training, what has to be pulled is there when the trainer begins.
  const trainer = status?.initContainerStatuses?.find(({ name }) => name === steps.trainer)?.state;
  if (trainer) return momentOf((trainer.running ?? trainer.terminated)?.startedAt);
  const statuses = status?.containerStatuses ?? [];
  if (statuses.length < (spec?.containers.length ?? 1)) return undefined;
  return lastOf(
    statuses.map(({ state, lastState }) =>
      momentOf((lastState?.terminated ?? state?.terminated ?? state?.running)?.startedAt),
    ),
  );
}

interface Timed {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

function trueSince(object: Timed, type: string): number | undefined {
  const condition = findCondition(object, type);
  return condition?.status === 'True' ? momentOf(condition.lastTransitionTime) : undefined;
}
