import {
  findCondition,
  workspaceConditions as types,
  workspaceReasons as reasons,
  type WorkspaceCondition,
  type WorkspaceDiagnosis,
  type WorkspaceStatus,
} from '@kaito/crds';
import { setCondition, type StatedCondition } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import type { Observed } from '../observed.ts';
import type { Verdict } from '../provisioning/provisioning.ts';
import { adapterStatuses } from './adapter-status.ts';
import { conditionVerdicts, standsRefused, type Verdicts } from './conditions.ts';
import { diagnosisStatus, findCause, type Diagnosed } from './diagnosis-status.ts';
import { owned } from './node-trouble.ts';
import { planStatus } from './plan-status.ts';
import { startupStatus } from './startup/startup-status.ts';
import { movedFrom } from './serving.ts';
import { endedTraining } from './tuning/ended.ts';
import { tuningStatus } from './tuning/tuning-status.ts';
import { plannedBy, type StatusInput } from './status-input.ts';

/** Enough for any message of Azure with all its numbers, and still readable in a terminal. */
const maxMessageLength = 2048;

/** Conditions that depend on how nodes are had, which is an option of the installation. */
const claimConditions: readonly string[] = [types.machineReady, types.nodeClaimReady];

/**
 * The status of a workspace that lives. Pure: the same observation gives the same status, and `now` (milliseconds since the epoch) shows
 * only in the times of what has changed.
 */
export function workspaceStatus(input: StatusInput, now: number): WorkspaceStatus {
  const { observed, revision } = input;
  const plan = plannedBy(input);
  if (standsRefused(input)) return observed.workspace.status ?? {};
  const { diagnosis: told, adapters: _, ...before } = observed.workspace.status ?? {};
  const adapters = adapterStatuses(input);
  const verdicts = conditionVerdicts(input);
  const isReady = sumUp(verdicts).ok;
  const { cause, diagnosis } = diagnosisOf(input, { isReady, told }, now);
  const conditions = withVerdicts(input, withSums(verdicts, diagnosis), now);
  const lastChange = revision?.lastChange ?? before.lastChange;
  return {
    ...before,
    workerNodes: owned(observed.nodes).map(({ metadata }) => metadata.name),
    state: stateOf(input, { verdicts, isReady }),
    ...tuningOf(input, plan, now),
    ...(plan && { targetNodeCount: plan.nodes.count, plan: planStatus(plan, input.ladder, before.plan, now) }),
    ...(revision && { revision: revision.number }),
    ...(lastChange && { lastChange }),
    ...(adapters.length > 0 && { adapters: [...adapters] }),
    conditions,
    startup: startupOf(input, { conditions, lastChange, cause }, now),
    ...(diagnosis && { diagnosis }),
  };
}

/** What stands in the way. Of a training that has ended, what stood there stays. */
function diagnosisOf(
  input: StatusInput,
  { isReady, told }: { readonly isReady: boolean; readonly told: WorkspaceDiagnosis | undefined },
  now: number,
): { readonly cause?: Diagnosed | undefined; readonly diagnosis?: WorkspaceDiagnosis | undefined } {
  const plan = plannedBy(input);
  const ended = plan?.job === 'tuning' ? endedTraining(input.observed, plan) : undefined;
  if (ended) return ended.outcome === 'Failed' ? { diagnosis: told } : {};
  const cause = findCause(input, isReady);
  return { cause, diagnosis: cause && diagnosisStatus(cause, told, now) };
}

/** The status of a workspace that is being deleted: all but one condition stays as it was. */
export function deletingStatus(
  { workspace }: Pick<Observed, 'workspace'>,
  message: string,
  now: number,
): WorkspaceStatus {
  const stated: StatedCondition = {
    type: types.deleting,
    status: 'True',
    reason: reasons.deleted,
    message: shorten(message),
  };
  return {
    ...workspace.status,
    conditions: setCondition(workspace.status?.conditions, stated, {
      now,
      observedGeneration: workspace.metadata.generation,
    }),
  };
}

/** The first of plan, nodes and workload that is not there; the workspace is ready when all are. */
function sumUp(verdicts: Verdicts): Verdict {
  const waiting: Verdict = { ok: false, reason: reasons.pending, message: 'nothing is known yet' };
  const resource = verdicts.get(types.resourceReady) ?? waiting;
  const workload = verdicts.get(types.inferenceReady) ?? verdicts.get(types.succeeded) ?? waiting;
  return [verdicts.get(types.planned), resource].find(verdict => verdict?.ok === false) ?? workload;
}

/** With the conditions that sum up the others. What to do stands in the one that people look at first. */
function withSums(verdicts: Verdicts, told: WorkspaceDiagnosis | undefined): Verdicts {
  const blocker = sumUp(verdicts);
  const message = blocker.ok ? 'the workspace is ready' : `${blocker.reason}: ${blocker.message}`;
  const advice = told ? `; ${told.cause} (${told.mover}): ${told.nextStep}` : '';
  const refusal = verdicts.get(types.planned);
  const reason = [refusal, verdicts.get(types.succeeded)].find(verdict => verdict?.ok === false)?.reason;
  const held = reason ?? reasons.pending;
  const succeeded = { ok: blocker.ok, reason: blocker.ok ? reasons.succeeded : held, message };
  return new Map([
    ...verdicts,
    [types.ready, { ok: blocker.ok, reason: blocker.ok ? 'workspaceReady' : held, message: joined(message, advice) }],
    // A training that has ended says so for good, in words of its own.
    [types.succeeded, (refusal?.ok === false ? undefined : verdicts.get(types.succeeded)) ?? succeeded],
  ]);
}

/** What to do must not be cut off by what Azure said at length. */
function joined(message: string, advice: string): string {
  return `${shorten(message, maxMessageLength - advice.length)}${advice}`;
}

function withVerdicts({ observed, provisioning }: StatusInput, verdicts: Verdicts, now: number): WorkspaceCondition[] {
  const { metadata, status: before } = observed.workspace;
  // What was said about claims of another kind no longer holds.
  let conditions: WorkspaceCondition[] = (before?.conditions ?? []).filter(
    ({ type }) => !claimConditions.includes(type) || type === provisioning.condition,
  );
  for (const [type, { ok, reason, message }] of verdicts) {
    const status = ok ? 'True' : 'False';
    const stated: StatedCondition = { type, status, reason: asReason(reason), message: shorten(message) };
    conditions = setCondition(conditions, stated, { now, observedGeneration: metadata.generation });
  }
  return conditions;
}

type Known = Pick<Parameters<typeof startupStatus>[0], 'lastChange' | 'cause'> & {
  readonly conditions: readonly WorkspaceCondition[];
};

function startupOf(
  { observed, result, rollout, provisioning }: StatusInput,
  { conditions, lastChange, cause }: Known,
  now: number,
): NonNullable<WorkspaceStatus['startup']> {
  const trueSince = (type: string): string | undefined => {
    const found = findCondition({ status: { conditions } }, type);
    return found?.status === 'True' ? found.lastTransitionTime : undefined;
  };
  const plan = result.ok ? result.plan : undefined;
  // What serves until then is ready, but the change that began this start is not.
  const isHeld = rollout?.go === false || (plan !== undefined && movedFrom(observed, plan).length > 0);
  const input = {
    observed,
    plan,
    isBrought: provisioning.mode === 'brought',
    lastChange,
    plannedAt: trueSince(types.planned),
    readyAt: isHeld ? undefined : trueSince(types.ready),
    cause,
  };
  return startupStatus(input, now);
}

function tuningOf({ observed }: StatusInput, plan: Plan | undefined, now: number): Pick<WorkspaceStatus, 'tuning'> {
  return plan?.job === 'tuning' ? { tuning: tuningStatus(observed, plan, now) } : {};
}

function stateOf(
  { observed: { workspace } }: StatusInput,
  { verdicts, isReady }: { readonly verdicts: Verdicts; readonly isReady: boolean },
): string {
  if (!workspace.tuning) return isReady ? 'Ready' : stateWhenNotReady(workspace.status ?? {});
  if (isReady) return 'Succeeded';
  if (verdicts.get(types.succeeded)?.reason === reasons.failed) return 'Failed';
  return verdicts.get(types.jobStarted)?.ok ? 'Running' : 'Pending';
}

/** As in KAITO: a workspace is Pending until it was ready for the first time, and NotReady whenever it no longer is. */
function stateWhenNotReady(before: WorkspaceStatus): string {
  return before.state === 'Ready' || before.state === 'NotReady' ? 'NotReady' : 'Pending';
}

/** A reason as the API server takes it (metav1.Condition); those of claims are whatever their provisioner wrote. */
function asReason(reason: string): string {
  const word = reason.replaceAll(/[^A-Za-z0-9_,:]/g, '').replace(/^[^A-Za-z]+/, '');
  return word.slice(0, 128).replace(/[,:]+$/, '') || 'Unknown';
}

/** Also mends half a character, which the API server would not give back as it was. */
function shorten(message: string, length = maxMessageLength): string {
  const text = message.length <= length ? message : `${message.slice(0, Math.max(0, length - 1))}…`;
  return text.toWellFormed();
}
