import type { TrainerRun, TuningBooks } from '../books/books.ts';

/** Steps between two checkpoints of the stand-in trainer, which takes 20 in all. */
const BETWEEN_CHECKPOINTS = 5;

/** A training on a volume goes on from its last whole checkpoint: it never loses more steps than lie between two. */
export function goesOn({ runs }: TuningBooks): readonly string[] {
  return [...Map.groupBy(runs, ({ owner }) => owner).values()].flatMap(own =>
    own.slice(1).flatMap((run, index) => lost(own[index] ?? run, run)),
  );
}

function lost(before: TrainerRun, { first, pod }: TrainerRun): readonly string[] {
  return [
    ...(first < before.checkpoint
      ? [`pod ${pod} went on from step ${first}, and there was a checkpoint of step ${before.checkpoint}`]
      : []),
    ...(before.last - first > BETWEEN_CHECKPOINTS
      ? [`pod ${pod} went on from step ${first}, and the one before had come to step ${before.last}`]
      : []),
  ];
}
