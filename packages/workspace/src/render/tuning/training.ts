import { canonicalJson, type ConfigMap, type Job } from '@kaito/kube';
import type { TuningPlan } from '@kaito/planner';
import type { RenderInput } from '../render-input.ts';
import { renderTrainingJob } from './job.ts';
import { renderTrainingConfig } from './training-config.ts';

/** What fine-tunes for a workspace, beside its node. */
export interface Training {
  readonly job: Job;
  readonly config: ConfigMap;
}

/** Renders the objects of a training, for server-side apply. Pure, and exact to the bit. Does not judge the plan. */
export function renderTraining(input: RenderInput<TuningPlan>): Training {
  const rendered: Training = { job: renderTrainingJob(input), config: renderTrainingConfig(input) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same value with its keys sorted
  return JSON.parse(canonicalJson(rendered)) as Training;
}
