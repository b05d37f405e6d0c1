import { annotations } from '@kaito/crds';
import { apiVersionOf, jobs, type Job } from '@kaito/kube';
import type { TuningPlan } from '@kaito/planner';
import { ownerReference, podLabels } from '../ownership.ts';
import type { RenderInput } from '../render-input.ts';
import { hopelessExitCode } from '../transfer/shell-basics.ts';
import { trainingOf } from './names.ts';
import { renderTrainingPod } from './pod.ts';
import { trainingDigest } from './training-digest.ts';

/** Attempts after the first: a trainer that failed of itself does it again, and each try costs hours of GPUs. */
const retries = { fromCheckpoint: 3, fromTheStart: 1 };

/**
 * The Job of a training. A pod that was evicted, or whose node was taken away, does not count as an attempt; a step that cannot succeed
 * ends the Job at once.
 */
export function renderTrainingJob(input: RenderInput<TuningPlan>): Job {
  const { workspace, revision, settings } = input;
  const keepsCheckpoints = workspace.tuning?.output?.volumeSource !== undefined;
  return {
    apiVersion: apiVersionOf(jobs),
    kind: jobs.kind,
    metadata: {
      name: workspace.metadata.name,
      namespace: workspace.metadata.namespace ?? '',
      labels: podLabels(workspace),
      annotations: { [annotations.workspaceRevision]: String(revision), [trainingOf]: trainingKey(input.plan) },
      ownerReferences: [ownerReference(workspace)],
    },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: keepsCheckpoints ? retries.fromCheckpoint : retries.fromTheStart,
      activeDeadlineSeconds: settings.tuningDeadlineSeconds,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailJob', onExitCodes: { operator: 'In', values: [hopelessExitCode] } },
        ],
      },
      template: renderTrainingPod(input),
    },
  };
}

/** What the Job is for: another training, or the same on another size of node, takes another Job. */
export function trainingKey(plan: TuningPlan): string {
  const { instanceType, capacityType } = plan.nodes;
  return [trainingDigest(plan), instanceType, capacityType].join('/');
}
