import type { TuningBooks } from '../books/books.ts';
import { canSucceed } from '../plan-round.ts';

/** What lies under the tag of a training was made by its workspace, and nothing lies under that of one which cannot succeed. */
export function ownTag({ tags }: TuningBooks): readonly string[] {
  return tags.flatMap(({ tag, training, workspace }) => {
    if (training.kind !== 'image') return [`${tag} is there, and ${training.name} has no image to push`];
    const own = `default/${training.name}`;
    return canSucceed(training) && workspace === own ? [] : [`${tag} of ${own} was pushed by ${workspace}`];
  });
}
