import { isDeepStrictEqual } from 'node:util';
import type { Adapter, Result, TuningBooks } from '../books/books.ts';
import { canSucceed } from '../plan-round.ts';

/**
 * A training that can succeed has its result where it was to go, with the digest that its status tells, and it is what the same training
 * comes to when nobody disturbs it; one that cannot has none.
 */
export function exactResult({ results, undisturbed }: TuningBooks): readonly string[] {
  return results.flatMap(result => {
    const { name } = result.training;
    if (canSucceed(result.training))
      return flaws(result, undisturbed[result.training.kind === 'volume' ? 'volume' : 'image']).map(
        flaw => `${name} ${flaw}`,
      );
    const { found, told } = result;
    return found !== undefined || told.digest !== undefined ? [`${name} cannot succeed, and has a result`] : [];
  });
}

function flaws({ training, told, found }: Result, undisturbed: Adapter): readonly string[] {
  if (!found) return ['has no result where it was to go'];
  const isExact =
    training.kind === 'volume' ? /^sha256:[0-9a-f]{64}$/.test(told.digest ?? '') : told.digest === found.digest;
  const own = { ...undisturbed.lineage, workspace: `default/${training.name}` };
  return [
    ...(isExact ? [] : [`says ${told.digest}, and ${found.digest} is there`]),
    ...(found.weights === undisturbed.weights ? [] : ['came to other weights than a training that nobody disturbs']),
    ...[found.lineage, told.lineage].flatMap(lineage =>
      isDeepStrictEqual(lineage, own) ? [] : [`has the lineage ${JSON.stringify(lineage)}, not ${JSON.stringify(own)}`],
    ),
  ];
}
