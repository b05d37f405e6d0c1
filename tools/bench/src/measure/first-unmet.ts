import type { Conditioned } from '@kaito/crds';

/** What an object waits for in its own words: the first of its conditions that does not hold. */
export function firstUnmet({ status }: Conditioned): string {
  const unmet = status?.conditions?.find(condition => condition.status !== 'True' && condition.type !== 'Ready');
  return `${unmet?.type ?? 'new'}: ${unmet?.message ?? ''}`;
}
