import type { Lineage, TuningStatus } from '@kaito/crds';
import type { TuningPlan } from '@kaito/planner';
import type { Observed } from '../../observed.ts';
import { lineageOf } from '../../render/tuning/lineage.ts';
import { trainingDigest } from '../../render/tuning/training-digest.ts';
import { momentOf, timestamp } from '../timestamp.ts';
import { trainingState, type TrainingState } from './training-state.ts';

/**
 * How far a training is, and what came out. What has ended stays as it was told; while nothing new is known, what was known of the same
 * training stays.
 * @param now milliseconds since the epoch
 */
export function tuningStatus(observed: Observed, plan: TuningPlan, now: number): TuningStatus {
  const state = trainingState(observed, plan);
  if (state.ended) return state.ended;
  const of = trainingDigest(plan);
  const before = observed.workspace.status?.tuning;
  const known = before?.of === of ? before : undefined;
  const running = {
    ...known,
    of,
    ...startOf(state, known),
    ...(state.job && attemptsOf(observed, known)),
    ...progressOf(observed, known, now),
  };
  return state.outcome ? { ...withoutEstimate(running), ...endOf(observed, plan, state, now) } : running;
}

function withoutEstimate({ estimatedFinishAt: _, ...rest }: TuningStatus): TuningStatus {
  return rest;
}

function startOf({ trainer }: TrainingState, known: TuningStatus | undefined): Pick<TuningStatus, 'startedAt'> {
  const startedAt = known?.startedAt ?? (trainer?.state?.running ?? trainer?.state?.terminated)?.startedAt;
  return startedAt ? { startedAt: timestamp(momentOf(startedAt) ?? 0) } : {};
}

/** A pod that was not seen before is another attempt. The Job does not count those that were evicted. */
function attemptsOf({ pods: [pod] }: Observed, known: TuningStatus | undefined): Partial<TuningStatus> {
  if (!pod || pod.metadata.name === known?.pod) return {};
  return { pod: pod.metadata.name, attempts: (known?.attempts ?? 0) + 1 };
}

/** Percent are whole, so that status is written a hundred times at most for them. */
function progressOf({ training }: Observed, known: TuningStatus | undefined, now: number): Partial<TuningStatus> {
  if (!training) return {};
  const { step, steps, epoch, loss, secondsPerStep, checkpoint, resumedFrom } = training;
  const left = step !== undefined && steps !== undefined ? steps - step : undefined;
  const leftMs = left && secondsPerStep ? left * secondsPerStep * 1000 : undefined;
  return {
    ...(step !== undefined && { step }),
    ...(steps !== undefined && { steps }),
    ...(step !== undefined && steps && { progress: `${Math.floor((100 * step) / steps)}%` }),
    ...(epoch !== undefined && { epoch: shown(epoch) }),
    ...(loss !== undefined && { loss: shown(loss) }),
    ...(checkpoint !== undefined && { checkpoint }),
    ...(resumedFrom !== undefined && { resumedFrom }),
    ...(leftMs !== undefined && { estimatedFinishAt: estimate(leftMs, known?.estimatedFinishAt, now) }),
  };
}

/** An estimate that is still good enough stays, so that status is not written for each second by which it moves. */
function estimate(leftMs: number, before: string | undefined, now: number): string {
  const finish = now + leftMs;
  const told = momentOf(before);
  const slack = Math.max(30_000, leftMs / 10);
  return before !== undefined && told !== undefined && Math.abs(told - finish) < slack ? before : timestamp(finish);
}

function endOf(observed: Observed, plan: TuningPlan, state: TrainingState, now: number): Partial<TuningStatus> {
  const { outcome, digest } = state;
  if (!outcome) return {};
  const ended = { outcome, finishedAt: timestamp(now) };
  if (outcome === 'Failed') return ended;
  const { image } = plan.asked.tuning?.output ?? {};
  const lineage = wholeLineage(observed, plan, state);
  const output = digest && { ...(image && { image: byDigest(image, digest) }), digest, lineage };
  return { ...ended, progress: '100%', ...(output && { output }) };
}

/** With what only the steps knew: which weights and which data it was. */
function wholeLineage({ workspace }: Observed, plan: TuningPlan, { data, weights }: TrainingState): Lineage {
  const { base, ...rest } = lineageOf(workspace, plan);
  return { ...rest, base: weights ? `${base}+${weights}` : base, ...(data && { data }) };
}

/** The name of an image with its digest in place of its tag (OCI distribution specification, pulling manifests). */
function byDigest(image: string, digest: string): string {
  return `${image.replace(/@.*$/, '').replace(/:[^:/]*$/, '')}@${digest}`;
}

/** How far the trainer is, in a clause; undefined while it has not said so. */
export function describeProgress({ training }: Observed): string | undefined {
  if (training?.step === undefined || training.steps === undefined) return undefined;
  const loss = training.loss === undefined ? '' : `, loss ${shown(training.loss)}`;
  return `step ${training.step} of ${training.steps}${loss}`;
}

/** Four digits tell all that a loss tells. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
