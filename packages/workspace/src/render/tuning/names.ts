import type { Workspace } from '@kaito/crds';

/** The ConfigMap of a training, with its settings and the program that starts the trainer. */
export function tuningConfigName({ metadata }: Workspace): string {
  return `${metadata.name}-tuning`;
}

/** Containers of the pod of a training; each but the last runs to its end before the next begins. */
export const steps = {
  outputCheck: 'output-check',
  weights: 'weights',
  data: 'data',
  trainer: 'trainer',
  output: 'output',
} as const;

/** On a Job: what is trained, as `trainingDigest` says, and on which size of node. */
export const trainingOf = 'kaito.sh/training-of';
