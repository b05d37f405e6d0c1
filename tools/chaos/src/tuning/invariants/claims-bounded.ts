import type { TuningBooks } from '../books/books.ts';

/** A training asks for one node, and for another one where its own was taken away, or where it is another training by an edit. */
export function claimsBounded({ trainings, claimsMade, deeds }: TuningBooks): readonly string[] {
  const made = Map.groupBy(claimsMade, ({ workspace }) => workspace);
  return [...made].flatMap(([workspace, claims]) => {
    const lives = trainings.filter(({ name }) => name === workspace);
    const most = lives.reduce((sum, { edits }) => sum + 1 + edits, deeds);
    return claims.length > most
      ? [`${claims.length} claims were made for ${workspace}, and ${most} at most make sense`]
      : [];
  });
}
