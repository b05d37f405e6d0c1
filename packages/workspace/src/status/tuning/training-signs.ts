import type { TuningPlan } from '@kaito/planner';
import type { Observed } from '../../observed.ts';
import { steps } from '../../render/tuning/names.ts';
import type { Sign } from '../symptoms.ts';
import { trainingState, type TrainingState } from './training-state.ts';
import { describeProgress } from './tuning-status.ts';

/** What the steps of a training and its Job say of their end, the step first: the Job only counts. Pure. */
export function trainingSigns(observed: Observed, plan: TuningPlan): readonly Sign[] {
  const state = trainingState(observed, plan);
  return [...stepSigns(observed, state), ...jobSigns(state)];
}

function stepSigns({ pods: [pod], logTail }: Observed, { step }: TrainingState): readonly Sign[] {
  const all = [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])];
  const ended = all.find(({ name }) => name === step)?.state?.terminated;
  if (!step || !ended || ended.exitCode === 0) return [];
  const said = ended.message ? `: ${ended.message}` : '';
  const text = `step ${step} ended with exit code ${ended.exitCode}${said}`;
  return [{ phase: 'Ready', symptom: { place: 'container', code: 'StepFailed', text }, lastWords: logTail }];
}

function jobSigns({ failure }: TrainingState): readonly Sign[] {
  if (!failure) return [];
  return [{ phase: 'Ready', symptom: { place: 'job', code: failure.reason, text: failure.message } }];
}

/** What goes on while nothing is wrong; undefined before the trainer runs. */
export function trainingProgress(observed: Observed, plan: TuningPlan): Sign | undefined {
  const { step } = trainingState(observed, plan);
  if (step !== steps.trainer && step !== steps.output) return undefined;
  const text =
    step === steps.output ? 'the result is being saved' : (describeProgress(observed) ?? 'the trainer starts');
  return { phase: 'Ready', symptom: { place: 'progress', code: 'Training', text } };
}
