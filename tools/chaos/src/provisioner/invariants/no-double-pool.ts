import type { LoggedRequest } from '@kaito/emulator';
import type { Books, PoolSample } from '../books/books.ts';

/** A claim has one pool at a time: never two that live, and never two accepted PUTs without a DELETE in between. */
export function noDoublePool(books: Books): readonly string[] {
  return [...new Set([...books.samples.flatMap(twoForOneClaim), ...twoPutsInARow(books)])];
}

function twoForOneClaim({ pools }: PoolSample): readonly string[] {
  const byClaim = Map.groupBy(
    pools.filter(({ claimUid }) => claimUid !== undefined),
    ({ claimUid }) => claimUid,
  );
  return [...byClaim]
    .filter(([, owned]) => owned.length > 1)
    .map(
      ([uid, owned]) => `claim ${uid} had ${owned.length} pools at once: ${owned.map(({ name }) => name).join(', ')}`,
    );
}

function twoPutsInARow({ requests, effectiveFaults }: Books): readonly string[] {
  const made = new Set<string>();
  const found: string[] = [];
  for (const request of requests) {
    const { pool } = request;
    if (pool === undefined) continue;
    const effect = effectOf(request, effectiveFaults);
    // Behind a broken answer nobody can see whether a second PUT was refused, as it should be: it counts for nothing.
    if (effect === 'made' && made.has(pool))
      found.push(`pool ${pool} was made by a second PUT with no DELETE in between`);
    if (effect === 'made' || effect === 'perhaps made') made.add(pool);
    if (effect === 'deleted') made.delete(pool);
  }
  return found;
}

type Effect = 'made' | 'perhaps made' | 'deleted' | 'none';

function effectOf({ operation, status = 0, faultId }: LoggedRequest, effectiveFaults: readonly string[]): Effect {
  const behindFault = faultId !== undefined && effectiveFaults.includes(faultId);
  if (operation === 'PUT agentPools') {
    if (status === 200 || status === 201) return 'made';
    return behindFault ? 'perhaps made' : 'none';
  }
  if (operation === 'DELETE agentPools') return status === 202 || behindFault ? 'deleted' : 'none';
  return 'none';
}
