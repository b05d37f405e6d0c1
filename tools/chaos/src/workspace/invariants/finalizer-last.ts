import type { Books } from '../books/books.ts';

/** A workspace is let go only when its claims and their pools are gone; looked up while the request for it waits. */
export function finalizerLast({ releases }: Books): readonly string[] {
  return releases.flatMap(({ workspace, claims, pools }) => {
    const left = [...claims.map(name => `claim ${name}`), ...pools.map(name => `pool ${name}`)];
    return left.length > 0 ? [`${workspace} was about to be let go while it had ${left.join(', ')}`] : [];
  });
}
