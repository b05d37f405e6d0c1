import * as fc from 'fast-check';
import { isObject } from '../client/json.ts';
import type { JsonObject } from '../client/json.ts';
import { mergePatch } from './merge-patch.ts';

/** RFC 7386 §2, as the API server does it. */
function apply(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = apply(result[key], value);
  }
  return result;
}

const key = fc.constantFrom('a', 'b', 'c', 'd');
const plain = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y', ''), fc.boolean());
const { object } = fc.letrec<{ value: unknown; object: JsonObject }>(tie => ({
  value: fc.oneof({ maxDepth: 3 }, plain, fc.array(plain, { maxLength: 2 }), tie('object')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

test('the patch turns one object into the other, and equal ones need none', () => {
  fc.assert(
    fc.property(object, object, (from, to) => {
      expect(apply(from, mergePatch(from, to) ?? {})).toEqual(to);
      expect(mergePatch(to, structuredClone(to))).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

test('holds nothing but what differs', () => {
  const from = { state: 'Pending', conditions: [{ type: 'A' }], nodes: { a: 1, b: 2 }, old: true };
  const to = { state: 'Ready', conditions: [{ type: 'A' }], nodes: { a: 1, b: 3 } };
  expect(mergePatch(from, to)).toEqual({ state: 'Ready', nodes: { b: 3 }, old: null });
});

test('undefined and null are absence, at any depth', () => {
  expect(mergePatch({ list: [{ a: 1 }] }, { list: [{ a: 1, b: undefined }], c: null })).toBeUndefined();
  expect(mergePatch({}, { a: { b: null, c: { d: undefined, e: 1 } } })).toEqual({ a: { c: { e: 1 } } });
});
