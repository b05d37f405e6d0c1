import type { OurTraining, SeenJob, TuningBooks } from '../books/books.ts';
import { canSucceed } from '../plan-round.ts';

/** A Job has no more pods than it may try, those aside whose nodes were taken away; what cannot succeed is tried once, and after a kill again. */
export function attemptsBounded({ trainings, jobs, attempts, deeds }: TuningBooks): readonly string[] {
  return jobs.flatMap(job => {
    const training = trainings.find(({ uid }) => uid === job.owner);
    const own = attempts.filter(attempt => attempt.job === job.uid && !attempt.disrupted).length;
    const most = training ? mostOf(training, job, deeds) : 0;
    return own > most ? [`${job.name} was tried ${own} times, and ${most} at most make sense`] : [];
  });
}

function mostOf(training: OurTraining, { backoffLimit }: SeenJob, deeds: number): number {
  return canSucceed(training) ? 1 + backoffLimit : 1 + (training.killed ? 1 : 0) + deeds;
}
