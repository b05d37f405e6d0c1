import type { PlanCandidate, WorkspacePlan } from '@kaito/crds';
import type { Candidate, InferencePlan, MemoryFit, Plan, PlannedModel } from '@kaito/planner';
import { timestamp } from './timestamp.ts';

/** Sizes that are shown; the schema takes no more. */
const maxCandidates = 10;
/** Enough for a sentence with its numbers. */
const maxReason = 512;

/**
 * What was decided, for people. The moment at which the rung began stays for as long as the same size is tried on the same rung of the
 * same ladder.
 * @param ladder digest of the section `resource`
 * @param now milliseconds since the epoch
 */
export function planStatus(
  plan: Plan,
  ladder: string | undefined,
  before: WorkspacePlan | undefined,
  now: number,
): WorkspacePlan {
  const { rung, nodes, candidates, warnings } = plan;
  const { instanceType, capacityType, count, gpus, pricePerHour } = nodes;
  const isSame = before && rungOf(before) === rungOf({ rung, instanceType, capacityType, ...(ladder && { ladder }) });
  const [chosen] = candidates;
  return {
    rung,
    instanceType,
    capacityType,
    nodeCount: count,
    gpusPerNode: gpus,
    ...modelStatus(plan),
    ...(pricePerHour !== undefined && { pricePerHour: amount(pricePerHour) }),
    reason: shorten(chosen?.reason ?? 'the nodes that are there are used'),
    ...(candidates.length > 0 && { candidates: candidates.slice(0, maxCandidates).map(candidateStatus) }),
    ...(warnings.length > 0 && { warnings: warnings.map(shorten) }),
    ...(ladder && { ladder }),
    since: isSame ? before.since : timestamp(now),
  };
}

/** What makes two plans tries of the same rung. */
function rungOf({
  rung,
  instanceType,
  capacityType,
  ladder,
}: Pick<WorkspacePlan, 'rung' | 'instanceType' | 'capacityType' | 'ladder'>): string {
  return JSON.stringify([rung, instanceType, capacityType, ladder]);
}

type ModelStatus = Pick<
  WorkspacePlan,
  'model' | 'revision' | 'runtime' | 'parallelism' | 'contextLength' | 'weightsGiB' | 'kvCacheTokens'
>;

function modelStatus(plan: Plan): ModelStatus {
  if (plan.job === 'template') return {};
  return { ...weightsStatus(plan.model), ...(plan.job === 'inference' && serverStatus(plan.server)) };
}

function weightsStatus({ id, revision, weightsGiB }: PlannedModel): ModelStatus {
  return { model: id, ...(revision !== undefined && { revision }), weightsGiB: amount(weightsGiB) };
}

function serverStatus({ runtime, parallelism, contextLength, memory }: InferencePlan['server']): ModelStatus {
  const { tensor, pipeline, data } = parallelism;
  return { runtime, parallelism: { tensor, pipeline, data }, contextLength, ...cacheStatus(memory) };
}

function cacheStatus(memory: MemoryFit | undefined): ModelStatus {
  return memory ? { kvCacheTokens: Math.max(0, Math.floor(memory.kvCacheTokens)) } : {};
}

function candidateStatus({ pricePerHour, reason, ...rest }: Candidate): PlanCandidate {
  return {
    ...rest,
    ...(pricePerHour !== undefined && { pricePerHour: amount(pricePerHour) }),
    reason: shorten(reason),
  };
}

/** Two digits are enough for GiB and dollars. */
function amount(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function shorten(text: string): string {
  return text.length <= maxReason ? text : `${text.slice(0, maxReason - 1)}…`;
}
