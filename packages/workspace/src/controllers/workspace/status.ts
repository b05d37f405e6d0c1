import { workspaceConditions as types, workspaceReasons as reasons, type WorkspaceStatus } from '@kaito/crds';
import { setCondition, type StatedCondition } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import type { Claim } from '../../claims/claim.ts';
import type { ClaimKind } from '../../claims/claim-kind.ts';
import { countingClaims } from './claims.ts';
import type { StepFailure } from './failure.ts';
import { nodeProgress, type NodeProgress } from './nodes.ts';
import type { Observed } from './observe.ts';
import type { Decision } from './plan.ts';
import { podTrouble } from './pod-trouble.ts';
import type { Refusal } from './validate.ts';
import { isAvailable } from './workload.ts';

/** All that the status of a workspace is computed from. */
export interface StatusInput {
  readonly observed: Observed;
  readonly decision: Decision;
  /** The kind of which claims are made. */
  readonly claimKind: ClaimKind;
  /** What this pass could not do, if anything. */
  readonly failure?: StepFailure | undefined;
}

type Verdict = Pick<StatedCondition, 'reason' | 'message'> & { readonly ok: boolean };

/** Enough for any message of Azure with all its numbers, and still readable in a terminal. */
const maxMessageLength = 2048;

/**
 * The status of a workspace that lives. Pure: the same observation gives the same status, and only `lastTransitionTime` depends on
 * `now` (milliseconds since the epoch).
 */
export function workspaceStatus(input: StatusInput, now: number): WorkspaceStatus {
  const { observed, decision } = input;
  const verdicts = decision.plan ? planned(input, decision.plan) : refused(decision.refusals);
  const isReady = verdicts.get(types.ready)?.ok === true;
  return {
    ...observed.workspace.status,
    workerNodes: observed.nodes.map(({ name }) => name).toSorted(),
    state: isReady ? 'Ready' : stateWhenNotReady(observed.workspace.status),
    ...(decision.plan && { targetNodeCount: decision.plan.nodeCount }),
    conditions: withVerdicts(observed, verdicts, now),
  };
}

/** The status of a workspace that is being deleted: all but one condition stays as it was. */
export function deletingStatus({ workspace }: Observed, message: string, now: number): WorkspaceStatus {
  const stated: StatedCondition = { type: types.deleting, status: 'True', reason: reasons.deleted, message };
  return {
    ...workspace.status,
    conditions: setCondition(workspace.status?.conditions, stated, {
      now,
      observedGeneration: workspace.metadata.generation,
    }),
  };
}

function withVerdicts(
  { workspace }: Observed,
  verdicts: ReadonlyMap<string, Verdict>,
  now: number,
): NonNullable<WorkspaceStatus['conditions']> {
  // The kind of claims is an option of the installation: what was said about the other kind no longer holds.
  const perKind: readonly string[] = [types.machineReady, types.nodeClaimReady];
  let conditions = (workspace.status?.conditions ?? []).filter(
    ({ type }) => !perKind.includes(type) || verdicts.has(type),
  );
  for (const [type, { ok, reason, message }] of verdicts) {
    const stated: StatedCondition = { type, status: ok ? 'True' : 'False', reason, message: shorten(message) };
    conditions = setCondition(conditions, stated, { now, observedGeneration: workspace.metadata.generation });
  }
  return conditions;
}

function refused(refusals: readonly Refusal[]): ReadonlyMap<string, Verdict> {
  const verdict: Verdict = {
    ok: false,
    reason: refusals[0]?.code ?? reasons.failed,
    message: refusals.map(({ message }) => message).join('; '),
  };
  const affected = [types.resourceReady, types.inferenceReady, types.ready, types.succeeded];
  return new Map(affected.map(type => [type, verdict]));
}

function planned(input: StatusInput, plan: Plan): ReadonlyMap<string, Verdict> {
  const progress = nodeProgress(input.observed.nodes, plan);
  const claims = claimsVerdict(input, plan);
  const nodes = nodesVerdict(progress, plan);
  const resource = resourceVerdict(claims, nodes);
  const inference = inferenceVerdict(input, resource, progress);
  const isReady = resource.ok && inference.ok;
  const blocker = resource.ok ? inference : resource;
  return new Map([
    [input.claimKind.workspaceCondition, claims],
    [types.nodesReady, nodes],
    [types.resourceReady, resource],
    [types.inferenceReady, inference],
    [types.ready, whole(isReady, 'workspaceReady', blocker)],
    [types.succeeded, whole(isReady, reasons.succeeded, blocker)],
  ]);
}

function claimsVerdict({ observed, claimKind, failure }: StatusInput, plan: Plan): Verdict {
  const claims = countingClaims(observed.workspace, plan, observed.claims);
  const ready = claims.filter(claim => claim.ready);
  const progress = `${ready.length} of ${plan.nodeCount} claims are ready`;
  if (ready.length >= plan.nodeCount) return { ok: true, reason: claimKind.readyReason, message: progress };
  if (failure?.step === 'claims') return { ok: false, reason: failure.reason, message: failure.message };
  return { ok: false, ...obstacleOf(claims, claimKind), ...(claims.length === 0 && { message: progress }) };
}

/** What the provisioner says about the first claim that is not ready. */
function obstacleOf(claims: readonly Claim[], { notReadyReason }: ClaimKind): Pick<Verdict, 'reason' | 'message'> {
  const waiting = claims.filter(({ ready }) => !ready);
  const told = waiting.find(({ obstacle }) => obstacle !== undefined);
  if (told?.obstacle) {
    const others = waiting.length > 1 ? ` (and ${waiting.length - 1} more not ready)` : '';
    return {
      reason: told.obstacle.reason,
      message: `claim ${told.name}: ${told.obstacle.message || told.obstacle.reason}${others}`,
    };
  }
  return { reason: notReadyReason, message: `waiting for ${waiting.map(({ name }) => name).join(', ')}` };
}

function nodesVerdict({ ready, withoutGpus, names }: NodeProgress, { nodeCount, instanceType }: Plan): Verdict {
  const progress = `${ready.length} of ${nodeCount} ${instanceType} nodes are ready`;
  if (ready.length >= nodeCount) return { ok: true, reason: reasons.nodesReady, message: progress };
  if (withoutGpus.length > 0) {
    const waiting = withoutGpus.map(({ name }) => name).join(', ');
    const message = `${progress}; GPUs are not announced yet on ${waiting} (NVIDIA device plugin)`;
    return { ok: false, reason: reasons.nodePluginsNotReady, message };
  }
  const joined = names.length > 0 ? `; joined: ${names.join(', ')}` : '';
  return { ok: false, reason: reasons.nodeNotReady, message: `${progress}${joined}` };
}

function resourceVerdict(claims: Verdict, nodes: Verdict): Verdict {
  if (!claims.ok) return claims;
  if (!nodes.ok) return nodes;
  return { ok: true, reason: reasons.resourceReady, message: nodes.message };
}

function inferenceVerdict({ observed, failure }: StatusInput, resource: Verdict, nodes: NodeProgress): Verdict {
  const { deployment, service } = observed;
  if (service && deployment && isAvailable(deployment)) {
    return { ok: true, reason: reasons.inferenceReady, message: 'the model is being served' };
  }
  if (failure && failure.step !== 'claims') return { ok: false, reason: failure.reason, message: failure.message };
  const trouble = podTrouble(observed.pods);
  if (trouble) return { ok: false, ...trouble };
  return { ok: false, reason: reasons.inferencePending, message: pendingMessage(observed, resource, nodes) };
}

function pendingMessage({ deployment }: Observed, resource: Verdict, { ready, schedulable }: NodeProgress): string {
  if (deployment)
    return `${deployment.status?.availableReplicas ?? 0} of ${deployment.spec?.replicas ?? 1} pods are ready`;
  if (!resource.ok) return 'waiting for the nodes';
  if (schedulable) return 'the workload is being created';
  const tainted = ready.filter(({ taints }) => taints.length > 0);
  return `waiting until pods can be placed: ${tainted.map(({ name, taints }) => `${name} has taint ${taints.join(', ')}`).join('; ')}`;
}

function whole(ok: boolean, reason: string, blocker: Verdict): Verdict {
  return ok
    ? { ok, reason, message: 'the workspace is ready' }
    : { ok, reason: reasons.pending, message: `${blocker.reason}: ${blocker.message}` };
}

/** As in KAITO: a workspace is Pending until it was ready for the first time, and NotReady whenever it no longer is. */
function stateWhenNotReady(before: WorkspaceStatus | undefined): string {
  return before?.state === 'Ready' || before?.state === 'NotReady' ? 'NotReady' : 'Pending';
}

function shorten(message: string): string {
  return message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength - 1)}…`;
}
