import { isDeepStrictEqual } from 'node:util';
import type { Books } from '../books/books.ts';

/** Pools and claims of others stay as they are, to the last field, and nobody even tries to change such a pool. */
export function foreignUntouched({ bystanders, requests, foreignPools }: Books): readonly string[] {
  const changed = bystanders
    .filter(({ before, after }) => !isDeepStrictEqual(before, after))
    .map(({ what, before, after }) => `${what} was ${JSON.stringify(before)} and is ${JSON.stringify(after)}`);
  const tried = requests
    .filter(({ method, pool }) => method !== 'GET' && pool !== undefined && foreignPools.includes(pool))
    .map(
      ({ method, pool, status }) => `${method} of pool ${pool}, which is somebody else's (${status ?? 'no answer'})`,
    );
  return [...changed, ...tried];
}
