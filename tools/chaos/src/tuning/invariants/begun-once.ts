import type { SeenOutcome, TuningBooks } from '../books/books.ts';

/** A training that has ended is not begun again, one that runs has one Job, and how it ended is said once. */
export function begunOnce(books: TuningBooks): readonly string[] {
  return [...again(books), ...twice(books), ...taken(books)];
}

function again({ jobs, outcomes }: TuningBooks): readonly string[] {
  return outcomes.flatMap(({ owner, of, outcome, version }) =>
    jobs
      .filter(job => job.owner === owner && job.of === of && job.version > version)
      .map(({ name }) => `${name} was begun again after it had ${outcome}`),
  );
}

/** Only a Job that somebody deletes is made once more. */
function twice({ jobs, jobsDeleted }: TuningBooks): readonly string[] {
  const trainings = Map.groupBy(jobs, ({ owner, of }) => `${owner} ${of}`);
  return [...trainings.values()]
    .filter(made => made.length > 1 + jobsDeleted)
    .map(made => `${made[0]?.name} had ${made.length} Jobs for one training`);
}

function taken({ outcomes }: TuningBooks): readonly string[] {
  const told = Map.groupBy(outcomes, ({ owner, of }: SeenOutcome) => `${owner} ${of}`);
  return [...told.values()]
    .filter(words => words.length > 1)
    .map(words => `a training was said to have ${words.map(({ outcome }) => outcome).join(', then ')}`);
}
