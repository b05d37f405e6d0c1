import type { Books, OurClaim } from '../books/books.ts';

/**
 * A claim is let go only when its pool is gone: the look at the pools that is taken before each release shows none of it, and
 * neither does any that was taken after the API server told that the claim has gone.
 */
export function finalizerLast(books: Books): readonly string[] {
  return books.claims.flatMap(claim => [...releasedEarly(claim, books), ...outlived(claim, books)]);
}

function releasedEarly({ kind, name, uid }: OurClaim, { releases }: Books): readonly string[] {
  const pools = releases.filter(({ claim }) => claim === name).flatMap(release => release.pools);
  const own = pools.find(({ claimUid }) => claimUid === uid);
  return own ? [`${kind} ${name} was about to be let go while its pool ${own.name} was there (${own.state})`] : [];
}

function outlived({ kind, name, uid }: OurClaim, { history, samples }: Books): readonly string[] {
  const goneAt = history.find(change => change.uid === uid && change.type === 'deleted')?.at;
  if (goneAt === undefined) return [];
  const later = samples.filter(({ at }) => at >= goneAt).flatMap(({ pools }) => pools);
  const own = later.find(({ claimUid }) => claimUid === uid);
  return own ? [`${kind} ${name} was gone while its pool ${own.name} was there (${own.state})`] : [];
}
