import type { Pod } from '@kaito/kube';
import type { TuningPlan } from '@kaito/planner';
import type { Observed } from '../../observed.ts';
import { steps } from '../../render/tuning/names.ts';
import { trainingDigest } from '../../render/tuning/training-digest.ts';
import type { ContainerStatus } from '../pod-trouble.ts';
import { containersOf } from '../pod-trouble.ts';
import type { Sign } from '../symptoms.ts';
import { trainingState, type TrainingState } from './training-state.ts';
import { describeProgress } from './tuning-status.ts';

/** What the steps of a training and its Job say of their end, the step first: the Job only counts. Pure. */
export function trainingSigns(observed: Observed, plan: TuningPlan): readonly Sign[] {
  const state = trainingState(observed, plan);
  return [...stepSigns(observed, state), ...jobSigns(state)];
}

function stepSigns({ pods: [pod], logTail, workspace }: Observed, { step }: TrainingState): readonly Sign[] {
  const ended = step === undefined ? undefined : endOf(pod, step);
  if (!step || !ended || ended.exitCode === 0) return [];
  const said = ended.message ? `: ${ended.message}` : '';
  const text = `step ${step}${credentials(step, workspace)} ended with exit code ${ended.exitCode}${said}`;
  return [{ phase: 'Ready', symptom: { place: 'container', code: 'StepFailed', text }, lastWords: logTail }];
}

function endOf(pod: Pod | undefined, step: string): NonNullable<ContainerStatus['state']>['terminated'] {
  const all = pod ? containersOf(pod) : [];
  return all.find(({ name }) => name === step)?.state?.terminated;
}

/** Registries do not say whose credentials they refuse. */
function credentials(step: string, { tuning }: Observed['workspace']): string {
  const secret = tuning?.output?.imagePushSecret;
  const pushes = step === steps.outputCheck || step === steps.output;
  return pushes && secret ? ` (push secret "${secret}")` : '';
}

function jobSigns({ failure }: TrainingState): readonly Sign[] {
  if (!failure) return [];
  return [{ phase: 'Ready', symptom: { place: 'job', code: failure.reason, text: failure.message } }];
}

/** What goes on while nothing is wrong; undefined before the trainer first runs. */
export function trainingProgress(observed: Observed, plan: TuningPlan): Sign | undefined {
  const state = trainingState(observed, plan);
  if (state.outcome || state.ended) return undefined;
  if (isSaved(state)) return progress('Training', 'the result is being saved');
  if (state.step !== steps.trainer) return interruption(observed, plan);
  return state.trainer?.state?.running && progress('Training', describeProgress(observed) ?? 'the trainer starts');
}

function isSaved({ step, trainer }: TrainingState): boolean {
  return step === steps.output || trainer?.state?.terminated?.exitCode === 0;
}

/** A trainer that ran once and does not run now. Only a volume has what it saved. */
function interruption({ workspace }: Observed, plan: TuningPlan): Sign | undefined {
  const known = workspace.status?.tuning;
  if (known?.of !== trainingDigest(plan) || known.startedAt === undefined) return undefined;
  const kept = workspace.tuning?.output?.volumeSource ? known.checkpoint : undefined;
  const text = kept === undefined ? 'it begins again' : `it goes on from step ${kept}`;
  return progress('TrainingInterrupted', text);
}

function progress(code: string, text: string): Sign {
  return { phase: 'Ready', symptom: { place: 'progress', code, text } };
}
