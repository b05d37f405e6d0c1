import * as fc from 'fast-check';
import { canonicalJson } from './canonical-json.ts';

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, part]) => [key, reversed(part)]),
  );
}

test('is JSON of the value, the same in whatever order its keys stand', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

test('leaves out what is undefined, as JSON does', () => {
  expect(canonicalJson({ b: undefined, a: [undefined, { d: 1, c: '"' }] })).toBe('{"a":[null,{"c":"\\"","d":1}]}');
});
