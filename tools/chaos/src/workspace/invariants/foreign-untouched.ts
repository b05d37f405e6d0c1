import { isDeepStrictEqual } from 'node:util';
import type { Books } from '../books/books.ts';

/** Objects of others stay as they are, whatever they are called. */
export function foreignUntouched({ bystanders }: Books): readonly string[] {
  return bystanders
    .filter(({ before, after }) => !isDeepStrictEqual(before, after))
    .map(({ what, before, after }) => `${what} was ${JSON.stringify(before)} and is ${JSON.stringify(after)}`);
}
