import type { DiagnosisRow } from '../diagnosis.ts';

const source = 'Kaito';
const nothing = 'nothing has to be done';

/** Steps that take their time, and changes that wait. */
export const progressRows: readonly DiagnosisRow[] = [
  {
    cause: 'RolloutHeld',
    places: ['rollout'],
    mover: 'cluster',
    waiting: true,
    message: 'the last change waits, so that what serves now is not taken down in vain: {text}',
    nextStep: 'put right what it waits for; it is rolled out by itself then',
    source,
    example: { text: 'node aks-ws1-0 is cordoned' },
  },
  {
    cause: 'LookingUpModel',
    places: ['progress'],
    codes: ['Planning'],
    mover: 'huggingface',
    waiting: true,
    message: 'the model is being looked up at Hugging Face',
    nextStep: `${nothing}: it takes some seconds`,
    source,
    example: { code: 'Planning', text: 'the model is being looked up at Hugging Face' },
  },
  {
    cause: 'NodeStarting',
    places: ['progress'],
    codes: ['Claiming', 'Joining'],
    mover: 'azure',
    waiting: true,
    message: 'nodes are being made: {text}',
    nextStep: `${nothing}: a GPU machine takes about 7 minutes`,
    source,
    example: { code: 'Joining', text: '0 of 1 Standard_NC6s_v3 nodes are ready' },
  },
  {
    cause: 'PodStarting',
    places: ['progress'],
    codes: ['Scheduling', 'Pulling'],
    mover: 'kaito',
    waiting: true,
    message: 'pods are being placed and their images pulled: {text}',
    nextStep: `${nothing}: an image takes a minute or two`,
    source,
    example: { code: 'Pulling', text: '0 of 1 pods are ready' },
  },
  {
    cause: 'ModelLoading',
    places: ['progress'],
    codes: ['Loading'],
    mover: 'kaito',
    waiting: true,
    message: 'the server loads the model: {text}',
    nextStep: `${nothing}; what it does now: kubectl logs`,
    source,
    example: { code: 'Loading', text: '0 of 1 pods are ready' },
  },
];
