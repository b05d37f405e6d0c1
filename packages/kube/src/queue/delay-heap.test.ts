import * as fc from 'fast-check';
import { DelayHeap } from './delay-heap.ts';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const step = fc.oneof(fc.record({ add: key, due: fc.nat(50) }), fc.record({ take: fc.nat(60) }));

test('gives out what is due, the earliest first, each key at its earliest time', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const heap = new DelayHeap<string>();
      const model = new Map<string, number>();
      const earliest = (): number | undefined => (model.size > 0 ? Math.min(...model.values()) : undefined);
      const seen: unknown[] = [];
      const expected: unknown[] = [];
      for (const action of steps) {
        if ('add' in action) {
          const earlier = action.due < (model.get(action.add) ?? Infinity);
          if (earlier) model.set(action.add, action.due);
          seen.push(heap.add(action.add, action.due));
          expected.push(earlier);
        } else {
          const next = earliest() ?? Infinity;
          const taken = heap.take(action.take) ?? 'none';
          // Of two that are due at the same time, either may come.
          seen.push(model.get(taken));
          expected.push(next <= action.take ? next : undefined);
          model.delete(taken);
        }
        seen.push(heap.size, heap.next);
        expected.push(model.size, earliest());
      }
      expect(seen).toEqual(expected);
    }),
  );
});
