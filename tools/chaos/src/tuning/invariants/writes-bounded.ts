import type { TuningBooks } from '../books/books.ts';

/** What one training may cost from its creation until it is gone: progress is written in whole percents, ten times here. */
const PER_TRAINING = 60;
/** What each crash, fault and deed may cost: a look at everything, and some of it again. */
const PER_DISTURBANCE = 40;

/** Writes have a bound; nothing is written again and again. */
export function writesBounded({
  trainings,
  writes,
  crashes,
  faultHits,
  deeds,
  attempts,
  jobs,
}: TuningBooks): readonly string[] {
  const retries = Math.max(0, attempts.length - jobs.length);
  const disturbances = crashes + faultHits + deeds + retries;
  const bound = trainings.length * PER_TRAINING + disturbances * PER_DISTURBANCE;
  return writes > bound
    ? [`${writes} writes for ${trainings.length} trainings and ${disturbances} disturbances; at most ${bound}`]
    : [];
}
