import type { DiagnosisRow } from '../diagnosis.ts';

/** What a Job says when it gives up, and trainings that take their time. */
export const trainingRows: readonly DiagnosisRow[] = [
  {
    cause: 'TrainingTooLong',
    places: ['job'],
    codes: ['DeadlineExceeded'],
    mover: 'user',
    message: 'the training took longer than a training may here',
    nextStep:
      'train less (num_train_epochs or max_steps in the training config) or choose a faster instance type; an administrator can raise the time that trainings may take',
    source: 'Kubernetes docs, "Jobs", activeDeadlineSeconds',
    example: { code: 'DeadlineExceeded', text: 'Job was active longer than specified deadline' },
  },
  {
    cause: 'TrainingGaveUp',
    places: ['job'],
    codes: ['BackoffLimitExceeded'],
    mover: 'user',
    message: 'the training failed as often as it is tried',
    nextStep:
      'read why: kubectl logs -c trainer of its last pod; change the workspace or its training config, and it begins anew',
    source: 'Kubernetes docs, "Jobs", backoffLimit',
    example: { code: 'BackoffLimitExceeded', text: 'Job has reached the specified backoff limit' },
  },
  {
    cause: 'TrainingCannotSucceed',
    places: ['job'],
    codes: ['PodFailurePolicy'],
    pattern: /Container (?<name>\S+) for pod/,
    mover: 'user',
    message: 'the step {name} failed in a way that trying again cannot mend',
    nextStep: 'read why: kubectl logs -c {name} of its last pod; change what it says, and the training begins anew',
    source: 'Kubernetes docs, "Pod failure policy"',
    example: {
      code: 'PodFailurePolicy',
      text: 'Container trainer for pod default/a-x7zkq failed with exit code 64 matching FailJob rule at index 1',
    },
  },
  {
    cause: 'TrainingFailed',
    places: ['job'],
    mover: 'user',
    message: 'the Job of the training failed: {text}',
    nextStep: 'see kubectl describe job and kubectl logs; change the workspace, and the training begins anew',
    source: 'Kubernetes docs, "Jobs"',
    example: { code: 'FailedIndexes', text: 'Job has failed' },
  },
  {
    cause: 'TrainingInterrupted',
    places: ['progress'],
    codes: ['TrainingInterrupted'],
    pattern: /goes on from step (?<step>\d+)/,
    mover: 'kaito',
    waiting: true,
    message: 'the training was interrupted, and goes on from step {step}',
    nextStep:
      'nothing has to be done: it goes on as soon as it has a node again, which takes about 7 minutes where one must be made',
    source: 'Kubernetes docs, "Disruptions"',
    example: { code: 'TrainingInterrupted', text: 'it goes on from step 50' },
  },
  {
    cause: 'TrainingInterrupted',
    places: ['progress'],
    codes: ['TrainingInterrupted'],
    mover: 'kaito',
    waiting: true,
    message: 'the training was interrupted, and begins again: there is no checkpoint to go on from',
    nextStep:
      'nothing has to be done; so that the next one goes on where it was, give tuning.output a volume, or take on-demand machines (resource.capacityType)',
    source: 'Kubernetes docs, "Disruptions"',
    example: { code: 'TrainingInterrupted', text: 'it begins again' },
  },
  {
    cause: 'Training',
    places: ['progress'],
    codes: ['Training'],
    mover: 'kaito',
    waiting: true,
    message: 'the model is being tuned: {text}',
    nextStep: 'nothing has to be done; what it does now: kubectl logs -c trainer',
    source: 'Kaito',
    example: { code: 'Training', text: 'step 30 of 120, loss 1.9' },
  },
];
