import type { Books, SeenPool, Snapshot } from '../books/books.ts';

/** Every pool has a claim that lives; at the end there is none. A pool that is being deleted is none any more. */
export function noLeakedPool({ settled, final }: Books): readonly string[] {
  return [...leaked(settled, 'when the claims were up'), ...leaked(final, 'at the end')];
}

function leaked(snapshot: Snapshot | undefined, when: string): readonly string[] {
  const uids = new Set(snapshot?.claims.map(({ uid }) => uid));
  return (snapshot?.pools ?? [])
    .filter(pool => !isLeaving(pool) && !uids.has(pool.claimUid ?? ''))
    .map(pool => describe(pool, when));
}

function isLeaving({ state }: SeenPool): boolean {
  return state === 'Deleting';
}

function describe({ name, state, claimUid }: SeenPool, when: string): string {
  return `${when}, pool ${name} (${state}) was there without its claim (uid ${claimUid ?? 'not in its tags'})`;
}
