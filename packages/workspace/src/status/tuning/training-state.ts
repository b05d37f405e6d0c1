import { findCondition, type TuningStatus, type Workspace } from '@kaito/crds';
import { wasApplied, type Job, type Pod } from '@kaito/kube';
import type { TuningPlan } from '@kaito/planner';
import type { Observed } from '../../observed.ts';
import { steps, trainingOf } from '../../render/tuning/names.ts';
import { trainingKey } from '../../render/tuning/job.ts';
import { trainingDigest } from '../../render/tuning/training-digest.ts';
import { containersOf, type ContainerStatus } from '../pod-trouble.ts';
import { endedTraining, type Outcome } from './ended.ts';

/** How far a training is. */
export interface TrainingState {
  /** What status said when it had ended; all else is history then. */
  readonly ended: (TuningStatus & { readonly outcome: Outcome }) | undefined;
  /** The Job of this training, on this size of node. */
  readonly job: Job | undefined;
  /** The step that runs, or failed; undefined before the first and after the last. */
  readonly step: string | undefined;
  /** Whether any step has begun. */
  readonly begun: boolean;
  readonly trainer: ContainerStatus | undefined;
  /** How it has ended just now. */
  readonly outcome: Outcome | undefined;
  /** Why the Job failed, in its words. */
  readonly failure: { readonly reason: string; readonly message: string } | undefined;
  /** Digest of the result, as the last step says. */
  readonly digest: string | undefined;
  /** Digest of the data set, as the step says that got it. */
  readonly data: string | undefined;
  /** Digest of the image with the weights, as the step says that pulled it. */
  readonly weights: string | undefined;
}

/** Reads how far the training of a plan is. Pure. */
export function trainingState(observed: Observed, plan: TuningPlan): TrainingState {
  const job = ownJob(observed, plan);
  const pod = job && observed.pods[0];
  const all = pod ? containersOf(pod) : [];
  const [weights, data, output] = [steps.weights, steps.data, steps.output].map(step =>
    all.find(({ name }) => name === step),
  );
  return {
    ended: endedTraining(observed, plan),
    job,
    step: all.find(isAtWork)?.name,
    begun: all.some(({ state }) => state?.running !== undefined || state?.terminated !== undefined),
    trainer: all.find(({ name }) => name === steps.trainer),
    outcome: job && outcomeOf(job, pod, output),
    failure: failureOf(job),
    digest: digestIn(output),
    data: digestIn(data),
    weights: digestIn(weights),
  };
}

function ownJob({ job, workspace }: Observed, plan: TuningPlan): Job | undefined {
  return job && isJobOf(job, workspace, plan) && job.metadata.deletionTimestamp === undefined ? job : undefined;
}

/**
 * Whether a Job is for the training of a plan. One that KAITO made counts as such until the workspace is changed: to take it over must not
 * train anew.
 */
export function isJobOf(job: Job, { status }: Workspace, plan: TuningPlan): boolean {
  if (!wasApplied(job)) return status?.tuning === undefined || status.tuning.of === trainingDigest(plan);
  return job.metadata.annotations?.[trainingOf] === trainingKey(plan);
}

function isAtWork({ state }: ContainerStatus): boolean {
  return state?.running !== undefined || (state?.terminated !== undefined && state.terminated.exitCode !== 0);
}

/** Succeeded only when the last step was seen to say where the result is, unless its pod is gone already, or has no such step. */
function outcomeOf(job: Job, pod: Pod | undefined, output: ContainerStatus | undefined): Outcome | undefined {
  if (findCondition(job, 'Failed')?.status === 'True') return 'Failed';
  if (findCondition(job, 'Complete')?.status !== 'True') return undefined;
  return !wasApplied(job) || pod === undefined || output?.state?.terminated ? 'Succeeded' : undefined;
}

function failureOf(job: Job | undefined): TrainingState['failure'] {
  const failed = job && findCondition(job, 'Failed');
  if (failed?.status !== 'True') return undefined;
  return { reason: failed.reason ?? 'Failed', message: failed.message ?? 'the Job failed' };
}

/** A step says what came out as JSON; `/dev/termination-log` holds up to 4 KiB of it. */
function digestIn(step: ContainerStatus | undefined): string | undefined {
  const message = step?.state?.terminated?.message ?? '';
  return /"digest"\s*:\s*"(sha256:[0-9a-f]{64})"/.exec(message)?.[1];
}
