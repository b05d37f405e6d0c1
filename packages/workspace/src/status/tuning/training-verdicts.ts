import { findCondition, workspaceConditions as types, workspaceReasons as reasons } from '@kaito/crds';
import type { TuningPlan } from '@kaito/planner';
import type { Verdict } from '../../provisioning/provisioning.ts';
import { steps } from '../../render/tuning/names.ts';
import { describeTrouble, podTroubles } from '../pod-trouble.ts';
import type { StatusInput } from '../status-input.ts';
import { trainingState, type TrainingState } from './training-state.ts';
import { describeProgress } from './tuning-status.ts';

/** What the conditions of a training say of its Job and of the whole. Pure. */
export interface TrainingVerdicts {
  readonly started: Verdict;
  readonly succeeded: Verdict;
}

/** What goes on in each step. */
const doing: Readonly<Record<string, string>> = {
  [steps.outputCheck]: 'checking that the result can be pushed',
  [steps.weights]: 'pulling the weights',
  [steps.data]: 'getting the data set',
  [steps.trainer]: 'training',
  [steps.output]: 'saving the result',
};

/** The verdicts on a training. @param resource what is said of its node */
export function trainingVerdicts(input: StatusInput, plan: TuningPlan, resource: Verdict): TrainingVerdicts {
  const state = trainingState(input.observed, plan);
  if (state.ended) return asTold(input, state.ended.outcome);
  if (state.outcome) return endedNow(state, state.outcome, plan);
  const started = startedVerdict(input, state, resource);
  return { started, succeeded: { ok: false, reason: reasons.pending, message: started.message } };
}

/** History stays as it was written. */
function asTold({ observed }: StatusInput, outcome: string): TrainingVerdicts {
  const told = (type: string, fallback: string): Verdict => {
    const known = findCondition(observed.workspace, type);
    return { ok: known?.status === 'True', reason: known?.reason ?? fallback, message: known?.message ?? '' };
  };
  return {
    started: told(types.jobStarted, reasons.tuningStarted),
    succeeded: told(types.succeeded, outcome === 'Succeeded' ? reasons.succeeded : reasons.failed),
  };
}

function endedNow({ failure, digest }: TrainingState, outcome: string, plan: TuningPlan): TrainingVerdicts {
  if (outcome === 'Succeeded') {
    const message = `${plan.model.id} is tuned; the result is ${digest ?? 'where it was to go'}`;
    const ok = { ok: true, message };
    return { started: { ...ok, reason: reasons.tuningStarted }, succeeded: { ...ok, reason: reasons.succeeded } };
  }
  const message = `the training failed: ${failure?.reason}: ${failure?.message}`;
  const failed = { ok: false, message };
  return { started: { ...failed, reason: reasons.tuningFailed }, succeeded: { ...failed, reason: reasons.failed } };
}

function pending(message: string): Verdict {
  return { ok: false, reason: reasons.tuningPending, message };
}

function startedVerdict(input: StatusInput, state: TrainingState, resource: Verdict): Verdict {
  const { observed, failure } = input;
  if (failure && failure.step !== 'claims') return { ok: false, reason: failure.reason, message: failure.message };
  const [trouble] = podTroubles(observed.pods);
  if (trouble) return { ok: false, reason: trouble.reason, message: describeTrouble(trouble) };
  if (!state.job) return beforeJob(input, resource);
  if (!state.begun) return pending('the pod of the training is being started');
  const what = doing[state.step ?? ''] ?? 'between two steps';
  const progress = state.step === steps.trainer ? describeProgress(observed) : undefined;
  return { ok: true, reason: reasons.tuningStarted, message: progress ? `${what}: ${progress}` : what };
}

function beforeJob({ rollout }: StatusInput, resource: Verdict): Verdict {
  if (!resource.ok) return pending('waiting for the node');
  const held = rollout?.go === false ? `waiting until the pod can be placed: ${rollout.message}` : undefined;
  return pending(held ?? 'the Job is being created');
}
