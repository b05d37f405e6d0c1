import { applyIfChanged, configMaps, jobs, keyOf, type ConfigMap, type Informer, type Job } from '@kaito/kube';
import type { TuningPlan } from '@kaito/planner';
import type { Observed } from '../observed.ts';
import { fieldManager } from '../render/ownership.ts';
import { trainingOf } from '../render/tuning/names.ts';
import type { Training } from '../render/tuning/training.ts';
import { obstacleTo, type RolloutDecision } from '../revisions/rollout.ts';
import { hasEnded } from '../status/tuning/ended.ts';
import { isJobOf } from '../status/tuning/training-state.ts';
import type { WorkloadTools } from './ensure-workload.ts';
import { replaceWorkload } from './replace-workload.ts';

/** Tools of the step. */
export interface TrainingTools extends Omit<WorkloadTools, 'informers'> {
  readonly informers: {
    readonly jobs: Pick<Informer<Job>, 'get'>;
    readonly configMaps: Pick<Informer<ConfigMap>, 'get'>;
  };
}

/**
 * Has a training run, once its node can take the pod. A Job can hardly be changed: one of another training, or for another size of node,
 * goes first, as soon as the new one could run. What has ended is not begun again.
 */
export async function ensureTraining(
  observed: Observed,
  plan: TuningPlan,
  { job: desired, config }: Training,
  tools: TrainingTools,
): Promise<RolloutDecision> {
  const { job: live } = observed;
  if (hasEnded(observed, plan)) return { go: true, kind: 'keep' };
  const isGoing = live?.metadata.deletionTimestamp !== undefined;
  if (live && !isGoing && isJobOf(live, observed.workspace, plan)) {
    await restoreSettings(live, config, tools);
    return { go: true, kind: 'keep' };
  }
  const obstacle = obstacleTo(observed, plan);
  if (obstacle) return { go: false, kind: live ? 'rollout' : 'create', ...obstacle };
  if (live) {
    const message = `Job ${live.metadata.name} is made anew: what it trains, or the size of its node, has changed`;
    return replaceWorkload({ resource: jobs, object: live, reason: 'TrainingReplaced', message }, tools);
  }
  const { client, informers, signal } = tools;
  await applyIfChanged(client, informers.configMaps, configMaps, config, { fieldManager, signal });
  await applyIfChanged(client, informers.jobs, jobs, desired, { fieldManager, signal });
  return { go: true, kind: 'create' };
}

/**
 * Without its settings the next attempt would wait until the deadline, on a node that is paid for. Settings that are there are those that
 * the training began with, and stay as they are; a Job that is none of ours has others.
 */
async function restoreSettings(
  { metadata }: Job,
  config: ConfigMap,
  { client, informers, signal }: TrainingTools,
): Promise<void> {
  if (metadata.annotations?.[trainingOf] === undefined || informers.configMaps.get(keyOf(config))) return;
  await applyIfChanged(client, informers.configMaps, configMaps, config, { fieldManager, signal });
}
