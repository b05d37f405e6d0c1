import { Type } from 'typebox';
import { toStructural } from './to-structural.ts';

const typed = { type: 'string' };

describe('toStructural', () => {
  test('a map becomes additionalProperties', () => {
    const map = Type.Record(Type.String(), Type.Integer(), { description: 'Counts.' });
    expect(toStructural(map)).toEqual({
      description: 'Counts.',
      type: 'object',
      additionalProperties: { type: 'integer' },
    });
  });

  test('an enum of strings gets its type', () => {
    expect(toStructural(Type.Enum(['a', 'b'], { default: 'a' }))).toEqual({ ...typed, enum: ['a', 'b'], default: 'a' });
  });

  test('optional fields are left out of required, and an empty required is left out altogether', () => {
    const object = Type.Object({
      a: Type.String(),
      b: Type.Optional(Type.Object({ c: Type.Optional(Type.String()) })),
    });
    expect(toStructural(object)).toEqual({
      type: 'object',
      required: ['a'],
      properties: { a: typed, b: { type: 'object', properties: { c: typed } } },
    });
  });

  test('int-or-string keeps its anyOf, and keywords of Kubernetes pass through', () => {
    const anyOf = [{ type: 'integer' }, { type: 'string' }];
    const quantity = Type.Unsafe({ anyOf, 'x-kubernetes-int-or-string': true });
    const list = Type.Array(quantity, { 'x-kubernetes-list-type': 'atomic' });
    expect(toStructural(list)).toEqual({
      type: 'array',
      items: { anyOf, 'x-kubernetes-int-or-string': true },
      'x-kubernetes-list-type': 'atomic',
    });
  });

  test('keywords come in one order, however they were written', () => {
    const [one, other] = [
      Type.String({ pattern: 'a', description: 'd' }),
      Type.String({ description: 'd', pattern: 'a' }),
    ];
    expect(JSON.stringify(toStructural(one))).toBe(JSON.stringify(toStructural(other)));
  });

  test.each([
    ['a literal', Type.Literal('a'), /\$\.spec\.field: .*const/],
    ['a union', Type.Union([Type.Literal('a'), Type.Literal('b')]), /\$\.spec\.field: .*anyOf/],
    ['a pattern of keys', Type.Record(Type.TemplateLiteral('a${string}'), Type.String()), /\$\.spec\.field: .*pattern/],
    ['a field of any type', Type.Unknown(), /\$\.spec\.field: .*type/],
    ['a keyword of JSON Schema that Kubernetes does not know', Type.String({ $id: 'x' }), /\$\.spec\.field: .*\$id/],
  ])('%s is refused with its path', (_what, field, message) => {
    const schema = Type.Object({ spec: Type.Object({ field }) });
    expect(() => toStructural(schema)).toThrow(message);
  });
});
