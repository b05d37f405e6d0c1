import type { Workspace } from '@kaito/crds';
import { APPLIED_HASH_ANNOTATION, type Job, type Pod } from '@kaito/kube';
import type { TuningPlan } from '@kaito/planner';
// oxlint-disable-next-line eslint/no-restricted-imports -- only tests use this file
import { aPod, override, type Overrides } from '@kaito/testing';
import type { Observed } from '../../observed.ts';
import { steps, trainingOf } from '../../render/tuning/names.ts';
import { trainingKey } from '../../render/tuning/job.ts';
import { at, nodeOf, observed, plan as servingPlan, readyClaim, workspace } from '../status.test-data.ts';
import type { StatusInput } from '../status-input.ts';

const { inference: _, ...rest } = workspace;

/** Tuning Phi-3 with data from the web, to an image. */
export const tuned: Workspace = {
  ...rest,
  tuning: {
    preset: { name: 'phi-3-mini-4k-instruct' },
    method: 'qlora',
    input: { urls: ['https://example.com/data.parquet'] },
    output: { image: 'example.com/team/adapter:1', imagePushSecret: 'push' },
  },
};

export const tuningPlan: TuningPlan = {
  job: 'tuning',
  rung: 0,
  nodes: servingPlan.nodes,
  candidates: servingPlan.candidates,
  warnings: [],
  method: 'qlora',
  model: {
    id: 'microsoft/Phi-3-mini-4k-instruct',
    servedName: 'phi-3',
    gated: false,
    weightsGiB: 7.1,
    weights: 'image',
  },
  trainer: {
    image: { origin: 'registry', reference: 'kaito-base:0.5.0' },
    weights: { origin: 'registry', reference: 'kaito-phi-3-mini-4k-instruct:0.2.0' },
    pullSecrets: [],
    command: ['/bin/sh', '-c', 'train'],
    env: {},
    port: 5000,
    gpusPerPod: 1,
    config: 'training_config: {}\n',
    outputFolder: '/mnt/results',
  },
  memory: { gpuGiB: 16, utilization: 0.95, weightsGiB: 2, overheadGiB: 3, kvCacheGiB: 10, kvCacheTokens: 0 },
  bfloat16: true,
  asked: { tuning: tuned.tuning },
};

/** The Job of the training. */
export function jobOf(status: NonNullable<Job['status']> = { active: 1 }): Job {
  const key = trainingKey(tuningPlan);
  return {
    metadata: { name: 'a-workspace', annotations: { [trainingOf]: key, [APPLIED_HASH_ANNOTATION]: 'x' } },
    spec: { template: {} },
    status,
  };
}

/** A Job that has come to its end. */
export function endedJob(type: 'Complete' | 'Failed', reason: string = type, message = ''): Job {
  return jobOf({ conditions: [{ type, status: 'True', reason, message }] });
}

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];
type ContainerState = NonNullable<ContainerStatus['state']>;

/** The pod of the training in which `step` is in this state and those before it are done. */
export function stepPod(step: string, state: ContainerState, change: Overrides<Pod> = {}): Pod {
  const order: readonly string[] = Object.values(steps);
  const statuses = order.map((name, index): ContainerStatus => {
    const own =
      name === step ? state : index < order.indexOf(step) ? done(name) : { waiting: { reason: 'PodInitializing' } };
    return { name, image: '', imageID: '', ready: false, restartCount: 0, state: own };
  });
  const conditions = [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at(412) }];
  const status = { conditions, initContainerStatuses: statuses.slice(0, -1), containerStatuses: statuses.slice(-1) };
  const metadata = { name: 'a-workspace-x', uid: 'pod-1', creationTimestamp: at(410) };
  return override(aPod({ metadata, status: { phase: 'Pending', ...status } }), change);
}

/** Digest that a step says, of its name alone. */
export function digestOf(step: string): string {
  return `sha256:${step.length.toString(16).padStart(64, '0')}`;
}

function done(step: string): ContainerState {
  const message = JSON.stringify({ digest: digestOf(step) });
  return { terminated: { exitCode: 0, reason: 'Completed', message, startedAt: at(420), finishedAt: at(430) } };
}

/** The step has ended well. */
export const stepDone = (step: string): Pod => stepPod(step, done(step), { status: { phase: 'Succeeded' } });

/** The trainer runs, after everything that it needs is there; with the given differences. */
export function training(change: Partial<Observed> = {}): Observed {
  return observed({
    workspace: tuned,
    claims: [readyClaim],
    nodes: [{ node: nodeOf(), tie: 'claimed' }],
    pods: [stepPod(steps.trainer, { running: { startedAt: at(500) } })],
    job: jobOf(),
    ...change,
  });
}

/** The same for the status of such a workspace. */
export const tuningResult: StatusInput['result'] = { ok: true, plan: tuningPlan };
