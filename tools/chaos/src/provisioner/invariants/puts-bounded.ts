import type { Books } from '../books/books.ts';

/**
 * Requests for machines have a bound: one for each pool that is made, and beside those one for each crash and each fault that
 * may have taken an answer away; nothing asks again and again.
 */
export function putsBounded({ claims, requests, crashes, faultHits }: Books): readonly string[] {
  const byPool = Map.groupBy(
    requests.filter(({ operation }) => operation === 'PUT agentPools'),
    ({ pool }) => pool,
  );
  const bound = 1 + crashes + faultHits;
  const often = [...byPool]
    .filter(([, puts]) => puts.length > bound)
    .map(
      ([pool, puts]) =>
        `pool ${pool} was asked for ${puts.length} times, with ${crashes} crashes and ${faultHits} faults`,
    );
  return byPool.size > claims.length
    ? [...often, `${byPool.size} pools were asked for, for ${claims.length} claims`]
    : often;
}
