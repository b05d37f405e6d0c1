import type { Fault } from '@kaito/emulator';

/**
 * How often faults have hit. The emulator forgets a fault that is used up: such a one has hit as often as it could.
 * @param left the faults that it still has
 */
export function faultHits(injected: readonly Fault[], left: readonly Fault[]): number {
  const hits = injected.map(
    ({ id, remaining }) => left.find(fault => fault.id === id)?.hits ?? (remaining === 'always' ? 0 : remaining),
  );
  return hits.reduce((sum, count) => sum + count, 0);
}
