import { findCondition, type WorkspaceStatus } from '@kaito/crds';
import type { Observed } from '../../observed.ts';
import { steps } from '../../render/tuning/names.ts';
import { at, inputOf, start } from '../status.test-data.ts';
import { workspaceStatus } from '../workspace-status.ts';
import { isJobOf } from './training-state.ts';
import {
  digestOf,
  endedJob,
  stepDone,
  stepPod,
  training,
  tuned,
  tuningPlan,
  tuningResult,
} from './training.test-data.ts';

/** The status after so many seconds. */
function statusOf(observed: Observed, seconds = 600): WorkspaceStatus {
  return workspaceStatus(inputOf(observed, { result: tuningResult }), start + seconds * 1000);
}

/** The same workspace with this status written on it. */
const then = (status: WorkspaceStatus, change: Partial<Observed> = {}): Observed =>
  training({ workspace: { ...tuned, status }, ...change });

const conditionOf = (status: WorkspaceStatus, type: string) => findCondition({ status }, type);

describe('a training that runs', () => {
  it.each([
    [steps.outputCheck, 'checking that the result can be pushed'],
    [steps.weights, 'pulling the weights'],
    [steps.data, 'getting the data set'],
    [steps.trainer, 'training'],
    [steps.output, 'saving the result'],
  ])('says that it is at step %s', (step, doing) => {
    const status = statusOf(training({ pods: [stepPod(step, { running: { startedAt: at(500) } })] }));
    expect(status.state).toBe('Running');
    expect(conditionOf(status, 'JobStarted')).toMatchObject({ status: 'True', message: doing });
    expect(conditionOf(status, 'WorkspaceSucceeded')).toMatchObject({ status: 'False', reason: 'workspacePending' });
  });

  it('shows progress, loss and when it should end, as the trainer tells', () => {
    const report = { step: 30, steps: 120, epoch: 0.251, loss: 1.92345, secondsPerStep: 2, checkpoint: 25 };
    const status = statusOf(training({ training: report }));
    expect(status.tuning).toMatchObject({
      startedAt: at(500),
      attempts: 1,
      progress: '25%',
      step: 30,
      steps: 120,
      epoch: '0.251',
      loss: '1.923',
      checkpoint: 25,
      estimatedFinishAt: at(600 + 180),
    });
    expect(conditionOf(status, 'JobStarted')?.message).toBe('training: step 30 of 120, loss 1.923');
    expect(status.diagnosis?.cause).toBe('Training');
  });

  it('is not written anew for an estimate that hardly moves', () => {
    const report = { step: 30, steps: 120, secondsPerStep: 2 };
    const first = statusOf(training({ training: report }));
    expect(statusOf(then(first, { training: report }), 605)).toEqual(first);
    const slower = statusOf(then(first, { training: { ...report, secondsPerStep: 4 } }), 605);
    expect(slower.tuning?.estimatedFinishAt).toBe(at(605 + 360));
  });

  it('is Pending before its first step', () => {
    expect(statusOf(training({ job: undefined, pods: [] }))).toMatchObject({ state: 'Pending' });
    expect(statusOf(training({ pods: [] }))).toMatchObject({ state: 'Pending' });
  });

  it('goes on after a pod that failed, for as long as the Job does', () => {
    const pods = [stepPod(steps.trainer, { terminated: { exitCode: 1 } }, { status: { phase: 'Failed' } })];
    const status = statusOf(training({ pods }));
    expect(status.state).not.toBe('Failed');
    expect(status.diagnosis?.evidence ?? status.diagnosis?.message).toContain('exit code 1');
  });
});

describe('a training that has ended', () => {
  const complete = endedJob('Complete');
  const done = { job: complete, pods: [stepDone(steps.output)] };

  it('has succeeded only when its last step says where the result is', () => {
    const early = statusOf(
      training({ job: complete, pods: [stepPod(steps.output, { running: { startedAt: at(500) } })] }),
    );
    expect(early.state).toBe('Running');
    expect(early.tuning?.outcome).toBeUndefined();
    const status = statusOf(training(done));
    expect(status.state).toBe('Succeeded');
    expect(conditionOf(status, 'WorkspaceSucceeded')).toMatchObject({ status: 'True', reason: 'workspaceSucceeded' });
    expect(conditionOf(status, 'WorkspaceReady')).toMatchObject({ status: 'True' });
    const digest = digestOf(steps.output);
    expect(status.tuning).toMatchObject({
      outcome: 'Succeeded',
      finishedAt: at(600),
      progress: '100%',
      output: {
        digest,
        image: `example.com/team/adapter@${digest}`,
        lineage: {
          base: `microsoft/Phi-3-mini-4k-instruct+${digestOf(steps.weights)}`,
          data: digestOf(steps.data),
          config: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          workspace: 'default/a-workspace',
        },
      },
    });
  });

  it('stays so when nodes, pod and Job are gone', () => {
    const status = statusOf(training(done));
    const later = statusOf(then(status, { nodes: [], claims: [], pods: [], job: undefined }), 9000);
    expect(later).toMatchObject({ state: 'Succeeded', tuning: status.tuning });
    expect(later.diagnosis).toBeUndefined();
    expect(conditionOf(later, 'ResourceReady')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('given back'),
    });
    const again = then(later, { nodes: [], claims: [], pods: [], job: undefined });
    expect(statusOf(again, 9999)).toEqual(later);
  });

  it('keeps why it failed, and what to do', () => {
    const job = endedJob('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
    const pods = [stepPod(steps.trainer, { terminated: { exitCode: 1 } })];
    const logTail = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.';
    const status = statusOf(training({ job, pods, logTail }));
    expect(status).toMatchObject({ state: 'Failed', tuning: { outcome: 'Failed', finishedAt: at(600) } });
    expect(conditionOf(status, 'WorkspaceSucceeded')).toMatchObject({
      status: 'False',
      reason: 'workspaceFailed',
      message: expect.stringContaining('backoff limit'),
    });
    expect(status.diagnosis?.message ?? '').toMatch(/memory/i);
    const gone = { nodes: [], claims: [], pods: [], job: undefined };
    const later = statusOf(then(status, gone), 9000);
    expect(later).toMatchObject({ state: 'Failed', diagnosis: status.diagnosis });
    expect(statusOf(then(later, gone), 9999)).toEqual(later);
  });

  it('of KAITO’s is not begun again, until the workspace is changed', () => {
    const theirs = { ...complete, metadata: { name: 'a-workspace' } };
    const status = statusOf(training({ job: theirs, pods: [] }));
    expect(status).toMatchObject({ state: 'Succeeded', tuning: { outcome: 'Succeeded' } });
    const { workspace } = then(status);
    expect(isJobOf(theirs, workspace, tuningPlan)).toBe(true);
    const edited = { ...tuningPlan, asked: { ...tuningPlan.asked, config: 'training_config: {}' } };
    expect(isJobOf(theirs, workspace, edited)).toBe(false);
  });

  it('counts no more when what is trained has changed', () => {
    const status = statusOf(training(done));
    const edited = { ...tuningPlan, asked: { ...tuningPlan.asked, config: 'training_config: {}' } };
    const observed = then(status, { job: undefined, pods: [] });
    const input = inputOf(observed, { result: { ok: true, plan: edited } });
    expect(workspaceStatus(input, start)).toMatchObject({ state: 'Pending' });
  });
});
