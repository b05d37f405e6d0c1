import * as fc from 'fast-check';
import { DelayHeap } from './delay-heap.ts';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const step = fc.oneof(fc.record({ add: fc.record({ key, due: fc.nat(50) }) }), fc.record({ take: fc.nat(60) }));

test('gives out what is due, the earliest first, each key at its earliest time', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const heap = new DelayHeap<string>();
      const model = new Map<string, number>();
      for (const action of steps) {
        if ('add' in action) {
          const known = model.get(action.add.key);
          const earlier = known === undefined || action.add.due < known;
          expect(heap.add(action.add.key, action.add.due)).toBe(earlier);
          if (earlier) model.set(action.add.key, action.add.due);
        } else {
          const taken = heap.take(action.take);
          const earliest = Math.min(...model.values());
          if (earliest > action.take) expect(taken).toBeUndefined();
          else expect(model.get(taken ?? '')).toBe(earliest);
          if (taken !== undefined) model.delete(taken);
        }
        expect(heap.size).toBe(model.size);
        expect(heap.next).toBe(model.size > 0 ? Math.min(...model.values()) : undefined);
      }
    }),
  );
});
